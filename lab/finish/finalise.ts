import { renameSync } from 'node:fs';
import { createPcapWriter } from '../../src/pcap/writer.js';
import { LabError } from '../errors.js';
import { SNAP_LENGTH_BYTES } from '../net/capture.js';
import type { AddressMap } from '../plan/public-addresses.js';
import { type Frame, readFrames } from './frames.js';
import { rewriteFrame } from './rewrite.js';
import { mapTime, secondsAfter, type TimeMap, type Unit } from './time-map.js';

const LINKTYPE_ETHERNET = 1;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export interface FinaliseRequest {
  readonly raw: string;
  /** MAC address of the device, `aa:bb:cc:dd:ee:ff`. */
  readonly mac: string;
  readonly maxBytes: number;
  readonly addressMap: AddressMap;
  /** Addresses of the outside as they were on the wire, dotted. */
  readonly wireAddresses: readonly string[];
  readonly time: TimeMap;
  /** Frames before this moment are left out. Seconds since 1970. */
  readonly fromSeconds: number;
  readonly unitOf: (frame: Uint8Array) => Unit;
  /** Moment of the run's first packet in finished files, seconds since 1970. */
  readonly clockSeconds: number;
  /** Makes the finished path from the seconds between the first and the last packet. */
  readonly nameFor: (seconds: number) => string;
}

export interface FinishedCapture {
  readonly path: string;
  readonly packets: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Between the first and the last packet of the recording. */
  readonly recordedSeconds: number;
  readonly addressesExchanged: number;
  /** Frames of others that the switch flooded before it knew better, and of the time before the run's beginning. */
  readonly foreignFrames: number;
  /** Frames behind the size limit. */
  readonly cutFrames: number;
  /** Packets that still hold an outside address of the wire, as bytes or as text. */
  readonly packetsWithWireAddress: number;
}

interface TimedFrame {
  /** Seconds after the run's first packet, in the finished file. */
  readonly at: number;
  readonly frame: Frame;
}

/** Makes the finished capture of one device from its raw one. @throws LabError when nothing is left */
export function finalise(request: FinaliseRequest): FinishedCapture {
  const { raw, mac, maxBytes, addressMap, wireAddresses, clockSeconds, fromSeconds, nameFor } = request;
  const all = readFrames(raw);
  const own = all.filter((frame) => concerns(frame.bytes, mac) && secondsAfter(frame, 0) >= fromSeconds);
  const kept = withinSize(timed(own, request), maxBytes);
  const [first] = kept;
  const last = kept.at(-1);
  const [earliest] = own;
  const latest = own.at(-1);
  if (first === undefined || last === undefined || earliest === undefined || latest === undefined) {
    throw new LabError(`${raw} holds no packet of ${mac}`);
  }
  const part = `${raw}.part`;
  const writer = createPcapWriter(part, { linkType: LINKTYPE_ETHERNET, snaplen: SNAP_LENGTH_BYTES });
  const needles = wireAddresses.flatMap((address) => [
    Buffer.from(address.split('.').map(Number)),
    Buffer.from(address, 'latin1'),
  ]);
  let addressesExchanged = 0;
  let packetsWithWireAddress = 0;
  for (const { at, frame } of kept) {
    const { bytes, wireBytes } = frame;
    addressesExchanged += rewriteFrame(bytes, addressMap);
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (needles.some((needle) => view.includes(needle))) packetsWithWireAddress++;
    const microseconds = Math.round(at * 1e6);
    const seconds = clockSeconds + Math.floor(microseconds / 1e6);
    writer.write(seconds, (microseconds % 1e6) * 1000, bytes, wireBytes);
  }
  writer.close();
  const path = nameFor(last.at - first.at);
  renameSync(part, path);
  return {
    path,
    packets: kept.length,
    bytes: writer.bytes,
    seconds: Math.round((last.at - first.at) * 1000) / 1000,
    recordedSeconds:
      Math.round((secondsAfter(latest, earliest.seconds) - earliest.nanoseconds / 1e9) * 1000) / 1000,
    addressesExchanged,
    foreignFrames: all.length - own.length,
    cutFrames: own.length - kept.length,
    packetsWithWireAddress,
  };
}

/** The frames at their finished times, in their order; frames of one moment stay in the order of the recording. */
function timed(frames: readonly Frame[], { time, unitOf }: FinaliseRequest): TimedFrame[] {
  return frames
    .map((frame) => ({
      at: mapTime(time, unitOf(frame.bytes), secondsAfter(frame, time.originSeconds)),
      frame,
    }))
    .sort((a, b) => a.at - b.at);
}

/** From or to the device, or to a group that it may belong to. */
function concerns(frame: Uint8Array, mac: string): boolean {
  const text = (at: number): string => Buffer.from(frame.subarray(at, at + 6)).toString('hex');
  const wanted = mac.replaceAll(':', '');
  const toGroup = ((frame[0] as number) & 1) === 1;
  return frame.length >= 14 && (toGroup || text(0) === wanted || text(6) === wanted);
}

function withinSize(frames: readonly TimedFrame[], maxBytes: number): readonly TimedFrame[] {
  let bytes = FILE_HEADER_BYTES;
  const end = frames.findIndex(({ frame }) => {
    bytes += RECORD_HEADER_BYTES + frame.bytes.length;
    return bytes > maxBytes;
  });
  return end < 0 ? frames : frames.slice(0, end);
}
