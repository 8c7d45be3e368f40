/** Reads a whole capture and keeps a copy of every packet. */
import { NetworkmlError } from '../../src/errors.js';
import {
  type CaptureSource,
  type CaptureSummary,
  type OpenCaptureOptions,
  openCapture,
  type Packet,
} from '../../src/pcap/index.js';

export interface ReadCapture {
  readonly packets: Packet[];
  readonly summary: CaptureSummary;
}

export async function readAll(source: CaptureSource, options: OpenCaptureOptions = {}): Promise<ReadCapture> {
  const packets: Packet[] = [];
  const summary = await openCapture(source, options).read((packet) => packets.push(copyOf(packet)));
  return { packets, summary };
}

/** The packet without the reader's buffer: places count from the frame's first byte. */
export function copyOf(packet: Packet): Packet {
  const { frameAt } = packet;
  return {
    ...packet,
    view: NO_BYTES,
    frameAt: 0,
    frameEnd: packet.frameEnd - frameAt,
    ipAt: packet.ipAt - frameAt,
    transportAt: packet.transportAt - frameAt,
  };
}

const NO_BYTES = new DataView(new ArrayBuffer(0));

/** The bytes as a stream of pieces whose lengths the function gives. */
export async function* inPieces(bytes: Uint8Array, length: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + length());
    yield bytes.slice(at, end);
    at = end;
  }
}

/** Code of the error that an action ends with; `none` when it succeeds. Other errors are thrown on. */
export async function codeOf(action: () => unknown): Promise<string> {
  return (await errorOf(action))?.code ?? 'none';
}

export async function errorOf(action: () => unknown): Promise<NetworkmlError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof NetworkmlError) return error;
    throw error;
  }
}
