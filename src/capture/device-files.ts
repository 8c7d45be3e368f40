import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from '../errors.js';
import type { Packet } from '../pcap/index.js';
import { pcapFileHeader, RECORD_HEADER_BYTES, writeRecordHeader } from './pcap-bytes.js';

/** What the files of a split may hold on to. */
export interface DeviceFileLimits {
  /** Files that are open at a time. */
  readonly openFiles: number;
  /** Bytes of packets that wait to be written, over all files. */
  readonly bufferBytes: number;
}

const FIRST_BUFFER_BYTES = 1024;
const MOST_BUFFER_BYTES = 64 * 1024;
/** As tcpdump writes it by default: every packet fits. */
const SNAPLEN_BYTES = 262_144;

/**
 * Writes packets to many capture files (classic pcap, nanoseconds) by number, with a bounded number of open handles and
 * bounded memory: packets gather in small buffers, a full one is appended to its file, and when all buffers together
 * pass the limit they are written in turn. Handles are closed least recently used first. A class because of its life:
 * `append` many times, then `finish` or `abandon` once.
 */
export class DeviceFiles {
  /** Bytes written and waiting, headers included. */
  bytes = 0;
  private readonly buffers: (Buffer | undefined)[] = [];
  private readonly used: number[] = [];
  /** Whether the file exists; then it is opened for appending. */
  private readonly begun: boolean[] = [];
  private buffered = 0;
  private cursor = 0;
  /** Open handles, least recently used first. */
  private readonly handles = new Map<number, number>();
  private readonly headers = new Map<number, Buffer>();
  private view: DataView | undefined;
  private source: Buffer = Buffer.alloc(0);

  constructor(
    private readonly directory: string,
    private readonly limits: DeviceFileLimits,
  ) {}

  /** Where the file of a number lies. */
  path(number: number): string {
    return join(this.directory, `${number}.pcap`);
  }

  /** Adds the packet's frame to a file; its place must be valid (during the callback of the reader). @throws NML_OUTPUT */
  append(number: number, packet: Packet): void {
    const { view, frameAt, frameEnd } = packet;
    if (this.view !== view) {
      this.view = view;
      this.source = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    }
    const length = frameEnd - frameAt;
    const buffer = this.room(number, packet.linkType, RECORD_HEADER_BYTES + length);
    let at = this.used[number] ?? 0;
    at = writeRecordHeader(buffer, at, packet.seconds, packet.nanoseconds, length, packet.wireBytes);
    at += this.source.copy(buffer, at, frameAt, frameEnd);
    this.used[number] = at;
    this.bytes += RECORD_HEADER_BYTES + length;
    if (this.buffered > this.limits.bufferBytes) this.relieve();
  }

  /** Writes what waits, and closes all. @throws NML_OUTPUT */
  finish(): void {
    for (const number of this.buffers.keys()) this.flush(number);
    this.close();
  }

  /** Gives up: closes all, writes nothing. */
  abandon(): void {
    this.buffers.length = 0;
    this.buffered = 0;
    this.close();
  }

  /** The buffer of a file with room for so many bytes after `used`. */
  private room(number: number, linkType: number, need: number): Buffer {
    let buffer = this.buffers[number];
    if (buffer === undefined) {
      const header = this.begun[number] === true ? undefined : this.header(linkType);
      const start = header?.length ?? 0;
      buffer = this.allocate(number, Math.max(FIRST_BUFFER_BYTES, sizeFor(start + need)));
      if (header !== undefined) {
        header.copy(buffer);
        this.bytes += start;
        this.begun[number] = false;
      }
      this.used[number] = start;
      return buffer;
    }
    const used = this.used[number] ?? 0;
    if (used + need <= buffer.length) return buffer;
    const size = sizeFor(used + need);
    if (size <= MOST_BUFFER_BYTES) {
      const grown = this.allocate(number, size);
      buffer.copy(grown, 0, 0, used);
      this.buffered -= buffer.length;
      return grown;
    }
    this.flush(number);
    this.used[number] = 0;
    return this.allocate(number, sizeFor(Math.max(need, buffer.length)));
  }

  private allocate(number: number, size: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(size);
    this.buffers[number] = buffer;
    this.buffered += size;
    return buffer;
  }

  /** Writes buffers in turn until half of the room is free again. */
  private relieve(): void {
    const { buffers } = this;
    for (let looked = 0; looked < buffers.length && this.buffered * 2 > this.limits.bufferBytes; looked++) {
      this.cursor = (this.cursor + 1) % buffers.length;
      this.flush(this.cursor);
    }
  }

  private flush(number: number): void {
    const buffer = this.buffers[number];
    if (buffer === undefined) return;
    const used = this.used[number] ?? 0;
    const handle = this.handle(number);
    guarded(this.path(number), () => {
      for (let at = 0; at < used; ) at += writeSync(handle, buffer, at, used - at);
    });
    this.buffers[number] = undefined;
    this.used[number] = 0;
    this.buffered -= buffer.length;
  }

  private handle(number: number): number {
    const open = this.handles.get(number);
    if (open !== undefined) {
      this.handles.delete(number);
      this.handles.set(number, open);
      return open;
    }
    if (this.handles.size >= this.limits.openFiles) {
      for (const [oldest, handle] of this.handles) {
        this.handles.delete(oldest);
        guarded(this.path(oldest), () => closeSync(handle));
        break;
      }
    }
    const mode = this.begun[number] === true ? 'a' : 'wx';
    const handle = guarded(this.path(number), () => openSync(this.path(number), mode, 0o640));
    this.begun[number] = true;
    this.handles.set(number, handle);
    return handle;
  }

  private close(): void {
    for (const [number, handle] of this.handles) guarded(this.path(number), () => closeSync(handle));
    this.handles.clear();
  }

  private header(linkType: number): Buffer {
    let header = this.headers.get(linkType);
    if (header === undefined) {
      header = pcapFileHeader(linkType, SNAPLEN_BYTES);
      this.headers.set(linkType, header);
    }
    return header;
  }
}

/** The next power of four times the first size that holds so many bytes; what is larger than all gets its own size. */
function sizeFor(bytes: number): number {
  let size = FIRST_BUFFER_BYTES;
  while (size < bytes && size < MOST_BUFFER_BYTES) size *= 4;
  return Math.max(size, bytes);
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new NetworkmlError('NML_OUTPUT', cause instanceof Error ? cause.message : String(cause), {
      file: path,
      cause,
    });
  }
}
