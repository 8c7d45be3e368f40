import { carriesNoIp, decodeEthertype } from './decode-ethertype.js';
import type { FragmentTable } from './fragments.js';
import type { Packet } from './packet.js';
import {
  SKIP_AGGREGATED,
  SKIP_ENCRYPTED,
  SKIP_FRAGMENT,
  SKIP_NON_IP,
  SKIP_TRUNCATED,
} from './skip-reason.js';

const DATA = 2;
const TO_DS = 0x0100;
const FROM_DS = 0x0200;
const PROTECTED = 0x4000;
const ORDER = 0x8000;
const NO_DATA = 0x0040;
const QOS = 0x0080;

/**
 * Data frames of IEEE 802.11-2020, 9.3.2: two or four addresses that matter, QoS and HT control fields, LLC/SNAP.
 * @param control the frame control field, which some access points swap in CAPWAP
 * @param padded whether the header is filled up to a multiple of four bytes (radiotap's flag 0x20)
 * @returns USED or the reason for skipping
 */
export function decodeWifi(
  view: DataView,
  at: number,
  end: number,
  control: number,
  padded: boolean,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - at < 24) return SKIP_TRUNCATED;
  if (((control >> 2) & 3) !== DATA || (control & NO_DATA) !== 0) return carriesNoIp(0, at + 24, packet);
  const headerBytes = wifiHeaderBytes(control);
  const body = at + (padded ? (headerBytes + 3) & ~3 : headerBytes);
  packet.ipAt = body;
  if ((control & PROTECTED) !== 0) return SKIP_ENCRYPTED;
  if (end - body < 8) return SKIP_TRUNCATED;
  readAddresses(view, at, control, packet);
  // Bit 7 of the QoS control field: several packets in one frame (9.2.4.5.9).
  const qosAt = at + ((control & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS) ? 30 : 24);
  if ((control & QOS) !== 0 && (view.getUint8(qosAt) & 0x80) !== 0) return SKIP_AGGREGATED;
  // Sequence control: the lower four bits number the fragments of a frame.
  if ((view.getUint16(at + 22, true) & 0x0f) !== 0) return SKIP_FRAGMENT;
  // The organisation code of bridged tunnels, 0000f8, is used in the same way (IEEE 802.1H).
  const organisation = view.getUint16(body + 4);
  if (view.getUint32(body) !== 0xaaaa0300 || (organisation !== 0 && organisation !== 0x00f8)) {
    return carriesNoIp(0, body, packet);
  }
  const type = view.getUint16(body + 6);
  return type < 0x0600
    ? carriesNoIp(type, body + 8, packet)
    : decodeEthertype(view, type, body + 8, end, packet, fragments);
}

function wifiHeaderBytes(control: number): number {
  const fourAddresses = (control & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS);
  const qos = (control & QOS) !== 0;
  return 24 + (fourAddresses ? 6 : 0) + (qos ? 2 : 0) + (qos && (control & ORDER) !== 0 ? 4 : 0);
}

/** Which address is the source and which the destination depends on the two DS bits (9.3.2.1, table 9-60). */
function readAddresses(view: DataView, at: number, control: number, packet: Packet): void {
  const toDs = (control & TO_DS) !== 0;
  const fromDs = (control & FROM_DS) !== 0;
  const destination = toDs ? at + 16 : at + 4;
  const source = !fromDs ? at + 10 : toDs ? at + 24 : at + 16;
  packet.hasMac = true;
  packet.destinationMacHigh = view.getUint16(destination);
  packet.destinationMacLow = view.getInt32(destination + 2);
  packet.sourceMacHigh = view.getUint16(source);
  packet.sourceMacLow = view.getInt32(source + 2);
}

/** The radiotap header (www.radiotap.org): its length, and of its fields the flags alone. */
export function decodeRadiotap(
  view: DataView,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - at < 8) return SKIP_TRUNCATED;
  if (view.getUint8(at) !== 0) return SKIP_NON_IP;
  const length = view.getUint16(at + 2, true);
  const frame = at + length;
  if (length < 8 || end - frame < 2) return SKIP_TRUNCATED;
  const padded = (radiotapFlags(view, at, frame) & 0x20) !== 0;
  return decodeWifi(view, frame, end, view.getUint16(frame, true), padded, packet, fragments);
}

/** Field 1, behind all words of present bits and, if there, the eight aligned bytes of field 0. */
function radiotapFlags(view: DataView, at: number, end: number): number {
  const present = view.getUint32(at + 4, true);
  if ((present & 2) === 0) return 0;
  let field = at + 8;
  for (let word = present; word >>> 31 === 1 && field + 4 <= end; field += 4)
    word = view.getUint32(field, true);
  if ((present & 1) !== 0) field = at + (((field - at + 7) & ~7) + 8);
  return field < end ? view.getUint8(field) : 0;
}
