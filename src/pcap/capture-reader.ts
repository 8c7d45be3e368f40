import { NetworkmlError } from '../errors.js';
import { CLASSIC_HEADER_BYTES, ClassicWalker, classicVariant } from './classic.js';
import { type DecodeOptions, FrameDecoder, type PacketHandler } from './frame-decoder.js';
import type { CaptureLimits } from './limits.js';
import { PCAPNG_MAGIC, PcapngWalker } from './pcapng.js';
import type { RecordWalker } from './record-walker.js';

const BUFFER_BYTES = 512 * 1024;

/**
 * Turns the bytes of a capture, fed in pieces of any size, into packets. One buffer is reused: a source asks for
 * `room()`, writes into it and says `commit(n)`; the buffer grows only when one record is larger than it.
 */
export class CaptureReader {
  readonly decoder: FrameDecoder;
  truncated = false;
  /** Set by a source that knows that its bytes end early. */
  cutShort = false;
  /** Why reading stopped before the end, although packets were read. */
  damage: NetworkmlError | undefined;
  private buffer: Uint8Array;
  private view: DataView;
  private at = 0;
  private end = 0;
  /** Offset in the capture of buffer byte 0. */
  private base = 0;
  private walker: RecordWalker | undefined;

  constructor(
    onPacket: PacketHandler,
    private readonly limits: CaptureLimits,
    options: DecodeOptions = {},
  ) {
    this.decoder = new FrameDecoder(onPacket, limits, options);
    this.buffer = this.newBuffer(BUFFER_BYTES);
    this.view = viewOf(this.buffer);
  }

  /** Bytes committed so far. */
  get bytesRead(): number {
    return this.base + this.end;
  }

  /** True once damage was met: further bytes are not looked at. */
  get stopped(): boolean {
    return this.damage !== undefined;
  }

  /** Packets that the capturing program says it lost; null where the file does not say. */
  get dropped(): number | null {
    return this.walker?.dropped ?? null;
  }

  /** Free part of the buffer, never empty. */
  room(): Uint8Array {
    const need = this.walker?.need ?? CLASSIC_HEADER_BYTES;
    if (this.at > 0) this.compact();
    if (need > this.buffer.length || this.end === this.buffer.length) this.grow(Math.max(need, this.end + 1));
    return this.buffer.subarray(this.end);
  }

  /** Takes the first `count` bytes of the last `room()`. */
  commit(count: number): void {
    this.end += count;
    if (this.bytesRead > this.limits.bytes) {
      throw new NetworkmlError('NML_PCAP_LIMIT', `more than ${this.limits.bytes} bytes`);
    }
    if (this.stopped) {
      this.at = this.end;
      return;
    }
    this.walker ??= this.chooseWalker();
    if (this.walker === undefined) return;
    const from = this.at;
    try {
      this.at = this.walker.walk(this.view, from, this.end);
    } catch (error) {
      this.meetDamage(error, this.base + from);
    }
  }

  /** Goes on in another buffer, taking along what is not parsed yet; refused when one record is larger than it. */
  offerBuffer(buffer: Uint8Array | undefined): void {
    const need = Math.max(this.walker?.need ?? 0, this.end - this.at + 1);
    // Who takes packets by itself has the bytes where it wants them.
    if (buffer === undefined || buffer.length < need || this.decoder.plainPackets !== undefined) return;
    buffer.set(this.buffer.subarray(this.at, this.end));
    this.buffer = buffer;
    this.view = viewOf(buffer);
    this.base += this.at;
    this.end -= this.at;
    this.at = 0;
  }

  /** Copies a piece of a stream in. */
  feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const room = this.room();
      const count = Math.min(room.length, chunk.length - at);
      room.set(chunk.subarray(at, at + count));
      this.commit(count);
      at += count;
    }
  }

  /** No more bytes will come. @throws NetworkmlError when the bytes were no capture */
  finish(): void {
    if (this.stopped) return;
    if (this.bytesRead === 0) {
      throw this.cutShort
        ? new NetworkmlError('NML_PCAP_TRUNCATED', 'the compressed data ends before the capture begins')
        : new NetworkmlError('NML_PCAP_MAGIC', 'not a capture: the file is empty');
    }
    if (this.walker === undefined && this.bytesRead >= 4) this.walker = this.chooseWalker(true);
    if (this.walker === undefined) throw notACapture(this.buffer.subarray(0, this.end));
    if (!this.walker.headerSeen) {
      throw new NetworkmlError(
        'NML_PCAP_TRUNCATED',
        `the file ends inside its header, after ${this.bytesRead} bytes`,
      );
    }
    this.truncated = this.cutShort || this.end > this.at;
  }

  /** Damage after the first packet ends the reading but keeps what was read. */
  meetDamage(error: unknown, base: number): void {
    if (!(error instanceof NetworkmlError) || this.decoder.handing) throw error;
    const { packet, byteOffset } = error.place;
    const placed = new NetworkmlError(error.code, error.message, {
      byteOffset: base + (byteOffset ?? 0),
      ...(packet === undefined ? {} : { packet }),
      hint: error.hint,
      cause: error.cause,
    });
    if (error.code === 'NML_PCAP_LIMIT' || this.decoder.packets === 0) throw placed;
    this.damage = placed;
    this.at = this.end;
  }

  private chooseWalker(atEnd = false): RecordWalker | undefined {
    if (this.end < (atEnd ? 4 : CLASSIC_HEADER_BYTES)) return undefined;
    const { view, decoder, limits } = this;
    if (view.getUint32(0) === PCAPNG_MAGIC) return new PcapngWalker(decoder, limits);
    const variant = classicVariant(view, 0);
    if (variant !== undefined) return new ClassicWalker(variant, decoder, limits);
    throw notACapture(this.buffer.subarray(0, this.end));
  }

  private compact(): void {
    this.buffer.copyWithin(0, this.at, this.end);
    this.base += this.at;
    this.end -= this.at;
    this.at = 0;
  }

  private grow(need: number): void {
    let size = this.buffer.length;
    while (size < need) size *= 2;
    const buffer = this.newBuffer(size);
    buffer.set(this.buffer.subarray(0, this.end));
    this.buffer = buffer;
    this.view = viewOf(buffer);
  }

  private newBuffer(bytes: number): Uint8Array {
    return this.decoder.plainPackets?.buffer(bytes) ?? new Uint8Array(bytes);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function notACapture(start: Uint8Array): NetworkmlError {
  const bytes = [...start.subarray(0, 4)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
    ? ` (${JSON.stringify(String.fromCharCode(...bytes))})`
    : '';
  return new NetworkmlError('NML_PCAP_MAGIC', `not a capture: starts with ${hex}${text}`);
}
