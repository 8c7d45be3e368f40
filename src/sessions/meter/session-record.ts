import { isIcmp } from '../core/packet-place.js';
import type { FlowCore } from './flow-core.js';
import * as at from './meter-layout.js';
import type { EndReason, MeteredSession } from './meter-types.js';

/** A record at rest. @param splt how many packets the lists of first packets hold */
export function createMeteredSession(splt: number): MeteredSession {
  return {
    session: 0,
    part: 1,
    endReason: 'end',
    initiatedBy: 'first-packet',
    protocol: 0,
    ipVersion: 4,
    vlanId: 0,
    tunnelId: 0,
    source: new Int32Array(4),
    destination: new Int32Array(4),
    sourcePort: 0,
    destinationPort: 0,
    hasMac: false,
    sourceMacHigh: 0,
    sourceMacLow: 0,
    destinationMacHigh: 0,
    destinationMacLow: 0,
    icmpType: 0,
    icmpCode: 0,
    firstFromDestination: false,
    packets: new Float64Array(3),
    bytes: new Float64Array(3),
    firstMs: new Float64Array(3),
    firstNs: new Int32Array(3),
    lastMs: new Float64Array(3),
    lastNs: new Int32Array(3),
    sizes: new Float64Array(12),
    intervals: new Float64Array(12),
    flags: new Float64Array(24),
    spltDirection: new Float64Array(splt),
    spltSizes: new Float64Array(splt),
    spltIntervals: new Float64Array(splt),
    frames: [],
    pluginValues: [],
  };
}

/** TCP flag bits in the order of the columns: SYN, CWR, ECE, URG, ACK, PSH, RST, FIN. */
const FLAG_BITS = [1, 7, 6, 5, 4, 3, 2, 0] as const;

/** Where rows lie, and what of them is kept. */
export interface RowContents {
  readonly core: FlowCore;
  readonly statistics: boolean;
  readonly splt: number;
  readonly frames: boolean;
}

/** Whether b opened the session: a SYN decides, then a SYN-ACK, then earlier parts, then the first packet. */
export function openedByB(evidence: number): boolean {
  if ((evidence & (at.SYN_BY_A | at.SYN_BY_B)) !== 0) return (evidence & at.SYN_BY_B) !== 0;
  if ((evidence & (at.SYN_ACK_TO_A | at.SYN_ACK_TO_B)) !== 0) return (evidence & at.SYN_ACK_TO_B) !== 0;
  if ((evidence & (at.KEPT_A | at.KEPT_B)) !== 0) return (evidence & at.KEPT_B) !== 0;
  return (evidence & at.FIRST_PACKET_BY_B) !== 0;
}

/** Fills the record from a row, seen from the side that opened the session. */
export function fillRecord(
  record: MeteredSession,
  row: number,
  contents: RowContents,
  reason: EndReason,
): void {
  const { core } = contents;
  // What one or two packets give is counted only now.
  const block = contents.statistics ? core.run.blockOf(row) >>> 0 : 0;
  const { ints, floats } = core;
  const i = row / 4;
  const f = row / 8;
  const evidence = ints[i + at.EVIDENCE] as number;
  const fromB = openedByB(evidence);
  record.endReason = reason;
  record.session = (ints[i + at.SESSION] as number) >>> 0;
  record.part = ints[i + at.PART] as number;
  record.initiatedBy =
    (evidence & (at.SYN_BY_A | at.SYN_BY_B)) !== 0
      ? 'syn'
      : (evidence & (at.SYN_ACK_TO_A | at.SYN_ACK_TO_B)) !== 0
        ? 'syn-ack'
        : 'first-packet';
  fillEnds(record, ints, i, fromB);
  fillCounts(record, ints, i, floats, f, fromB);
  if (contents.statistics) fillStatistics(record, core, block, fromB);
  if (contents.splt > 0) fillSplt(record, core, ints[i + at.SPLT_HEAD] as number, contents.splt, fromB);
  if (contents.frames) {
    record.frames = readList(core, ints[i + at.FRAMES_HEAD] as number, record.packets[0] as number);
  }
}

function fillEnds(record: MeteredSession, ints: Int32Array, i: number, fromB: boolean): void {
  const scope = ints[i + at.SCOPE] as number;
  record.protocol = scope & 255;
  record.ipVersion = ((scope >> 8) & 15) === 6 ? 6 : 4;
  record.tunnelId = (scope >> 12) & 15;
  record.vlanId = (scope >> 16) & 0xfff;
  const source = i + (fromB ? at.ADDRESS_B : at.ADDRESS_A);
  const destination = i + (fromB ? at.ADDRESS_A : at.ADDRESS_B);
  for (let word = 0; word < 4; word++) {
    record.source[word] = ints[source + word] as number;
    record.destination[word] = ints[destination + word] as number;
  }
  const ports = ints[i + at.PORTS] as number;
  record.sourcePort = fromB ? ports & 0xffff : ports >>> 16;
  record.destinationPort = fromB ? ports >>> 16 : ports & 0xffff;
  record.hasMac = ((ints[i + at.EVIDENCE] as number) & at.HAS_MAC) !== 0;
  const highs = ints[i + at.MAC_HIGHS] as number;
  record.sourceMacHigh = fromB ? highs & 0xffff : highs >>> 16;
  record.destinationMacHigh = fromB ? highs >>> 16 : highs & 0xffff;
  record.sourceMacLow = ints[i + (fromB ? at.MAC_LOW_B : at.MAC_LOW_A)] as number;
  record.destinationMacLow = ints[i + (fromB ? at.MAC_LOW_A : at.MAC_LOW_B)] as number;
  const icmp = isIcmp(record.protocol) ? (ints[i + at.ICMP] as number) : 0;
  record.icmpType = icmp >> 8;
  record.icmpCode = icmp & 255;
}

function fillCounts(
  record: MeteredSession,
  ints: Int32Array,
  i: number,
  floats: Float64Array,
  f: number,
  fromB: boolean,
): void {
  const { packets, bytes, firstMs, firstNs, lastMs, lastNs } = record;
  for (let side = 1; side <= 2; side++) {
    const from = fromB ? 2 - side : side - 1;
    packets[side] = (ints[i + at.PACKETS + from] as number) >>> 0;
    bytes[side] = floats[f + at.BYTES + from] as number;
    firstMs[side] = floats[f + at.FIRST_MS + from] as number;
    lastMs[side] = floats[f + at.LAST_MS + from] as number;
    firstNs[side] = ints[i + at.FIRST_NS + from] as number;
    lastNs[side] = ints[i + at.LAST_NS + from] as number;
  }
  packets[0] = (packets[1] as number) + (packets[2] as number);
  bytes[0] = (bytes[1] as number) + (bytes[2] as number);
  const firstByB = ((ints[i + at.EVIDENCE] as number) & at.FIRST_PACKET_BY_B) !== 0;
  record.firstFromDestination = firstByB !== fromB;
  const first = record.firstFromDestination ? 2 : 1;
  firstMs[0] = firstMs[first] as number;
  firstNs[0] = firstNs[first] as number;
  const later =
    (packets[1] as number) === 0 ||
    ((packets[2] as number) > 0 &&
      ((lastMs[2] as number) > (lastMs[1] as number) ||
        ((lastMs[2] as number) === (lastMs[1] as number) && (lastNs[2] as number) > (lastNs[1] as number))));
  lastMs[0] = lastMs[later ? 2 : 1] as number;
  lastNs[0] = lastNs[later ? 2 : 1] as number;
}

function fillStatistics(record: MeteredSession, core: FlowCore, block: number, fromB: boolean): void {
  const { packets, sizes, intervals, flags } = record;
  const { ints, floats } = core;
  const f = block / 8;
  for (let side = 0; side < 3; side++) {
    const set = f + at.SET * (side === 0 ? 0 : fromB ? 3 - side : side);
    const count = packets[side] as number;
    finishStatistics(floats, set + at.SIZE_MEAN, count, sizes, side * 4);
    finishStatistics(floats, set + at.INTERVAL_MEAN, count - 1, intervals, side * 4);
  }
  const source = block / 4 + at.FLAG_COUNTS + (fromB ? 8 : 0);
  const destination = block / 4 + at.FLAG_COUNTS + (fromB ? 0 : 8);
  for (let column = 0; column < 8; column++) {
    const bit = FLAG_BITS[column] as number;
    const sent = ints[source + bit] as number;
    const received = ints[destination + bit] as number;
    flags[column] = sent + received;
    flags[8 + column] = sent;
    flags[16 + column] = received;
  }
}

/**
 * Writes minimum, mean, sample deviation and maximum.
 * @param count how many numbers went in; without any all four are 0
 */
function finishStatistics(
  floats: Float64Array,
  place: number,
  count: number,
  target: Float64Array,
  to: number,
): void {
  if (count < 1) {
    target[to] = target[to + 1] = target[to + 2] = target[to + 3] = 0;
    return;
  }
  target[to] = floats[place + at.SIZE_MIN] as number;
  target[to + 1] = floats[place + at.SIZE_MEAN] as number;
  target[to + 2] = count < 2 ? 0 : Math.sqrt((floats[place + at.SIZE_M2] as number) / (count - 1));
  target[to + 3] = floats[place + at.SIZE_MAX] as number;
}

function fillSplt(record: MeteredSession, core: FlowCore, head: number, splt: number, fromB: boolean): void {
  const length = Math.min(splt, record.packets[0] as number);
  const values = readList(core, head, length * 2);
  for (let k = 0; k < splt; k++) {
    const there = k < length;
    const size = values[k * 2] as number;
    record.spltDirection[k] = !there ? -1 : (size % 2 === 1) === fromB ? 0 : 1;
    record.spltSizes[k] = there ? Math.floor(size / 2) : -1;
    record.spltIntervals[k] = there ? (values[k * 2 + 1] as number) : -1;
  }
}

/** Numbers of a session's list, whose first chunk lies at `head`. */
function readList({ ints, floats }: FlowCore, head: number, length: number): number[] {
  const values: number[] = [];
  let chunk = head >>> 0;
  for (let i = 0; i < length; i++) {
    const place = i % at.LIST_VALUES;
    if (i > 0 && place === 0) chunk = (ints[chunk / 4] as number) >>> 0;
    values.push(floats[chunk / 8 + 1 + place] as number);
  }
  return values;
}
