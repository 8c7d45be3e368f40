import { closeSync, openSync, writeSync } from 'node:fs';
import { NetworkmlError } from '../errors.js';

/** Where the bytes go when not into a file. A chunk is only lent: it is overwritten after `write` returns. */
export interface PcapSink {
  write(chunk: Uint8Array): void;
}

export interface PcapWriterOptions {
  /** LINKTYPE_ number of all packets (www.tcpdump.org/linktypes.html), 0 to 65535. */
  readonly linkType: number;
  /** Most bytes kept of one packet; longer ones are cut. 1 to 2^31 - 1. */
  readonly snaplen: number;
  /** Time stamps in nanoseconds (magic a1b23c4d) instead of microseconds. Default false. */
  readonly nanoseconds?: boolean;
}

/** A classic pcap file being written. */
export interface PcapWriter {
  /** Packets and bytes handed over so far, the file header included in the bytes. */
  readonly packets: number;
  readonly bytes: number;
  /**
   * Appends one packet; a time stamp finer than the file's unit is rounded down.
   *
   * @param seconds since 1970-01-01 UTC, integer, 0 to 2^32 - 1.
   * @param nanoseconds within the second, integer, 0 to 999,999,999.
   * @param frame captured bytes.
   * @param wireBytes length on the wire, at least `frame.length`, which is also the default.
   * @throws NetworkmlError NML_CONFIG for numbers the format cannot hold, NML_OUTPUT when writing fails or the
   *   writer is closed
   */
  write(seconds: number, nanoseconds: number, frame: Uint8Array, wireBytes?: number): void;
  /** Writes what is left and closes the file; further calls do nothing. @throws NetworkmlError NML_OUTPUT */
  close(): void;
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const BUFFER_BYTES = 64 * 1024;
const UINT32_LIMIT = 2 ** 32;

/**
 * Starts a little-endian classic pcap file, version 2.4 (draft-ietf-opsawg-pcap), at a path or into a sink.
 * An existing file is replaced. Bytes are gathered and handed on in pieces of up to 64 KiB and at `close`.
 *
 * @throws NetworkmlError NML_CONFIG for options the format cannot hold, NML_OUTPUT when the file cannot be made
 */
export function createPcapWriter(target: string | PcapSink, options: PcapWriterOptions): PcapWriter {
  const { linkType, snaplen, nanoseconds: fine = false } = options;
  requireInteger('link type', linkType, 0, 0xffff);
  requireInteger('snap length', snaplen, 1, 2 ** 31 - 1);
  const output = typeof target === 'string' ? openOutput(target) : sinkOutput(target);
  const gathered = createGatherer(output);
  gathered.append(fileHeader(linkType, snaplen, fine));

  const header = new Uint8Array(RECORD_HEADER_BYTES);
  const headerView = new DataView(header.buffer);
  let packets = 0;
  let open = true;

  return {
    get packets() {
      return packets;
    },
    get bytes() {
      return gathered.bytes;
    },
    write(seconds, nanoseconds, frame, wireBytes = frame.length) {
      if (!open) throw new NetworkmlError('NML_OUTPUT', 'the capture is closed already');
      requireInteger('time stamp', seconds, 0, UINT32_LIMIT - 1);
      requireInteger('fraction of a second', nanoseconds, 0, 999_999_999);
      requireInteger('length on the wire', wireBytes, frame.length, UINT32_LIMIT - 1);
      const captured = Math.min(frame.length, snaplen);
      headerView.setUint32(0, seconds, true);
      headerView.setUint32(4, fine ? nanoseconds : Math.floor(nanoseconds / 1000), true);
      headerView.setUint32(8, captured, true);
      headerView.setUint32(12, wireBytes, true);
      gathered.append(header);
      gathered.append(captured === frame.length ? frame : frame.subarray(0, captured));
      packets++;
    },
    close() {
      if (!open) return;
      open = false;
      try {
        gathered.flush();
      } finally {
        output.close();
      }
    },
  };
}

function fileHeader(linkType: number, snaplen: number, fine: boolean): Uint8Array {
  const header = new Uint8Array(FILE_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, fine ? 0xa1b23c4d : 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  // Bytes 8 to 15, time zone and accuracy, are zero in every file since 1998.
  view.setUint32(16, snaplen, true);
  view.setUint32(20, linkType, true);
  return header;
}

interface Output extends PcapSink {
  close(): void;
}

function sinkOutput(sink: PcapSink): Output {
  return { write: (chunk) => sink.write(chunk), close: () => {} };
}

function openOutput(path: string): Output {
  const failed = (cause: unknown): NetworkmlError =>
    new NetworkmlError('NML_OUTPUT', cause instanceof Error ? cause.message : String(cause), {
      file: path,
      cause,
    });
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      throw failed(cause);
    }
  };
  const file = guarded(() => openSync(path, 'w'));
  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) at += guarded(() => writeSync(file, chunk, at));
    },
    close: () => guarded(() => closeSync(file)),
  };
}

interface Gatherer {
  readonly bytes: number;
  append(piece: Uint8Array): void;
  flush(): void;
}

/** Joins small pieces in one reused buffer; pieces larger than it pass through. */
function createGatherer(output: PcapSink): Gatherer {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let used = 0;
  let bytes = 0;
  const flush = (): void => {
    if (used === 0) return;
    const length = used;
    // Emptied first: after a failed write, `close` must not hand the same bytes over again.
    used = 0;
    output.write(buffer.subarray(0, length));
  };
  return {
    get bytes() {
      return bytes;
    },
    append(piece) {
      bytes += piece.length;
      if (used + piece.length > buffer.length) flush();
      if (piece.length > buffer.length) {
        output.write(piece);
        return;
      }
      buffer.set(piece, used);
      used += piece.length;
    },
    flush,
  };
}

function requireInteger(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new NetworkmlError('NML_CONFIG', `${what} ${value} is not an integer from ${least} to ${most}`);
  }
}
