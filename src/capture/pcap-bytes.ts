import { createPcapWriter } from '../pcap/index.js';

/** Length of the header before each packet of a classic capture. */
export const RECORD_HEADER_BYTES = 16;

/** The header of a little-endian classic capture with nanoseconds. */
export function pcapFileHeader(linkType: number, snaplen: number): Buffer {
  let header = Buffer.alloc(0);
  const sink = {
    write: (chunk: Uint8Array) => {
      header = Buffer.from(chunk);
    },
  };
  createPcapWriter(sink, { linkType, snaplen, nanoseconds: true }).close();
  return header;
}

/**
 * Writes the header of one packet.
 * @returns where its frame begins
 */
export function writeRecordHeader(
  buffer: Buffer,
  at: number,
  seconds: number,
  nanoseconds: number,
  capturedBytes: number,
  wireBytes: number,
): number {
  buffer.writeUInt32LE(seconds, at);
  buffer.writeUInt32LE(nanoseconds, at + 4);
  buffer.writeUInt32LE(capturedBytes, at + 8);
  return buffer.writeUInt32LE(wireBytes, at + 12);
}
