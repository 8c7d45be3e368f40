import { PROTOCOL_TCP } from '../pcap/index.js';
import { addressText, type Device } from './device.js';
import type { DeviceSession, PeerClass } from './device-session.js';
import { classOf, openedByB } from './row-facts.js';
import * as row from './row-layout.js';
import type { SessionTable } from './session-table.js';

const FOREIGN = 0;
const DEVICE_IS_A = 1;
const DEVICE_IS_B = 2;

function createDeviceSession(): DeviceSession {
  return {
    row: 0,
    firstRow: 0,
    protocol: 0,
    ipVersion: 4,
    devicePort: 0,
    peerPort: 0,
    peerAddress: 0,
    deviceIsB: false,
    peerClass: 'private',
    bin: 0,
    initiated: false,
    initiatedBy: 'first-packet',
    sentPackets: 0,
    receivedPackets: 0,
    sentBytes: 0,
    receivedBytes: 0,
    sentIpBytes: 0,
    receivedIpBytes: 0,
    sentPayloadBytes: 0,
    receivedPayloadBytes: 0,
    firstNs: 0,
    lastNs: 0,
    sentTcpFlags: 0,
    receivedTcpFlags: 0,
    sentSyn: 0,
    receivedSyn: 0,
    sentRst: 0,
    receivedRst: 0,
    oddFlagPackets: 0,
  };
}

/**
 * Calls `visit` for every part of every session in which the device takes part, in order of appearance, with one
 * record that is filled again each time. Broadcast and multicast of other hosts count as received by the device;
 * unicast between other hosts is left out.
 * @param rows only these rows of the table; all by default
 */
export function forEachDeviceSession(
  table: SessionTable,
  device: Device,
  visit: (part: DeviceSession) => void,
  rows?: Uint32Array,
): void {
  const record = createDeviceSession();
  const count = rows?.length ?? table.rows;
  for (let at = 0; at < count; at++) {
    const index = rows?.[at] ?? at;
    const side = deviceSide(table, device, index);
    if (side === FOREIGN) continue;
    fill(table, index, side === DEVICE_IS_B, record);
    visit(record);
  }
}

function deviceSide(table: SessionTable, device: Device, index: number): number {
  const { view } = table;
  const at = index * row.ROW_BYTES;
  const first = view.getInt32(at + row.FIRST_ROW, true) * row.ROW_BYTES;
  const version = versionOf(table, at);
  const own = version === 4 ? device.addresses4 : device.addresses6;
  const evidence = view.getInt32(first + row.EVIDENCE, true);
  const firstByB = (evidence & row.FIRST_PACKET_BY_B) !== 0;
  const isA = own.has(view.getInt32(at + row.ADDRESS_A, true));
  const isB = own.has(view.getInt32(at + row.ADDRESS_B, true));
  const byAddress = sideOf(isA, isB, firstByB);
  if (byAddress !== FOREIGN) return byAddress;
  if (device.mac >= 0) {
    const macIsA = view.getInt32(first + row.MAC_A, true) === device.mac;
    const macIsB = view.getInt32(first + row.MAC_B, true) === device.mac;
    const byMac = sideOf(macIsA, macIsB, firstByB);
    if (byMac !== FOREIGN) return byMac;
  }
  if (!isToGroup(table, index)) return FOREIGN;
  return firstByB ? DEVICE_IS_A : DEVICE_IS_B;
}

/** Which end the device is; where both are its own, the one that sent the first packet. */
function sideOf(isA: boolean, isB: boolean, firstByB: boolean): number {
  if (isA && isB) return firstByB ? DEVICE_IS_B : DEVICE_IS_A;
  if (isA) return DEVICE_IS_A;
  return isB ? DEVICE_IS_B : FOREIGN;
}

function versionOf(table: SessionTable, at: number): 4 | 6 {
  return table.view.getInt32(at + row.PROTOCOL, true) >>> 16 === 6 ? 6 : 4;
}

/** Whether a session of other hosts was meant for everybody. */
function isToGroup(table: SessionTable, index: number): boolean {
  const { view } = table;
  const at = index * row.ROW_BYTES;
  const first = view.getInt32(at + row.FIRST_ROW, true) * row.ROW_BYTES;
  const evidence = view.getInt32(first + row.EVIDENCE, true);
  if ((evidence & row.TO_GROUP_MAC) !== 0) return true;
  const target = (evidence & row.FIRST_PACKET_BY_B) !== 0 ? row.ADDRESS_A : row.ADDRESS_B;
  return peerClassOf(table, at, target, false) === 'multicast';
}

/**
 * Class of an address as a peer. Directed broadcast is known by the group MAC it was sent to, and on links without
 * MACs by a last byte of 255 in private space.
 */
function peerClassOf(table: SessionTable, at: number, offset: number, toGroupMac: boolean): PeerClass {
  const { view } = table;
  const version = versionOf(table, at);
  const address = view.getInt32(at + offset, true);
  const klass = classOf(table, version, address);
  if (toGroupMac || klass === 'multicast') return 'multicast';
  if (klass === 'external') return 'external';
  const noMac = view.getInt32(at + row.MAC_A, true) < 0;
  return noMac && version === 4 && (address & 0xff) === 0xff ? 'multicast' : 'private';
}

function fill(table: SessionTable, index: number, deviceIsB: boolean, out: DeviceSession): void {
  const { view } = table;
  const at = index * row.ROW_BYTES;
  const firstRow = view.getInt32(at + row.FIRST_ROW, true);
  const evidence = view.getInt32(firstRow * row.ROW_BYTES + row.EVIDENCE, true);
  const ports = view.getInt32(at + row.PORTS, true);
  const sent = at + row.SIDES + (deviceIsB ? row.SIDE_BYTES : 0);
  const received = at + row.SIDES + (deviceIsB ? 0 : row.SIDE_BYTES);
  const opened = openedByB(evidence);
  out.row = index;
  out.firstRow = firstRow;
  out.protocol = view.getInt32(at + row.PROTOCOL, true) & 0xff;
  out.ipVersion = versionOf(table, at);
  out.devicePort = deviceIsB ? ports & 0xffff : ports >>> 16;
  out.peerPort = deviceIsB ? ports >>> 16 : ports & 0xffff;
  out.peerAddress = view.getInt32(at + (deviceIsB ? row.ADDRESS_A : row.ADDRESS_B), true);
  out.deviceIsB = deviceIsB;
  out.bin = view.getInt32(at + row.BIN, true);
  out.initiated = opened.byB === deviceIsB;
  out.initiatedBy = opened.by;
  // The group MAC was the destination of the first sender's frames: it describes the peer when the device sent first.
  const firstByDevice = ((evidence & row.FIRST_PACKET_BY_B) !== 0) === deviceIsB;
  const toGroup = (evidence & row.TO_GROUP_MAC) !== 0;
  const peer = peerClassOf(table, at, deviceIsB ? row.ADDRESS_A : row.ADDRESS_B, toGroup && firstByDevice);
  // What a public host sends to everybody is an external session all the same.
  out.peerClass = toGroup && !firstByDevice && peer !== 'external' ? 'multicast' : peer;
  fillSide(view, sent, received, out);
  out.oddFlagPackets = out.protocol === PROTOCOL_TCP ? view.getInt32(at + row.MARKED_PACKETS, true) : 0;
}

function fillSide(view: DataView, sent: number, received: number, out: DeviceSession): void {
  out.sentPackets = view.getInt32(sent + row.PACKETS, true);
  out.receivedPackets = view.getInt32(received + row.PACKETS, true);
  out.sentBytes = view.getFloat64(sent + row.WIRE_BYTES, true);
  out.receivedBytes = view.getFloat64(received + row.WIRE_BYTES, true);
  out.sentIpBytes = view.getFloat64(sent + row.IP_BYTES, true);
  out.receivedIpBytes = view.getFloat64(received + row.IP_BYTES, true);
  out.sentPayloadBytes = view.getFloat64(sent + row.PAYLOAD_BYTES, true);
  out.receivedPayloadBytes = view.getFloat64(received + row.PAYLOAD_BYTES, true);
  out.sentTcpFlags = view.getInt32(sent + row.TCP_FLAGS, true);
  out.receivedTcpFlags = view.getInt32(received + row.TCP_FLAGS, true);
  out.sentSyn = view.getInt32(sent + row.SYN_PACKETS, true);
  out.receivedSyn = view.getInt32(received + row.SYN_PACKETS, true);
  out.sentRst = view.getInt32(sent + row.RST_PACKETS, true);
  out.receivedRst = view.getInt32(received + row.RST_PACKETS, true);
  const sentFirst =
    out.sentPackets > 0 ? view.getFloat64(sent + row.FIRST_NS, true) : Number.POSITIVE_INFINITY;
  const receivedFirst =
    out.receivedPackets > 0 ? view.getFloat64(received + row.FIRST_NS, true) : Number.POSITIVE_INFINITY;
  const sentLast = out.sentPackets > 0 ? view.getFloat64(sent + row.LAST_NS, true) : Number.NEGATIVE_INFINITY;
  const receivedLast =
    out.receivedPackets > 0 ? view.getFloat64(received + row.LAST_NS, true) : Number.NEGATIVE_INFINITY;
  out.firstNs = Math.min(sentFirst, receivedFirst);
  out.lastNs = Math.max(sentLast, receivedLast);
}

/** `address:port` of both ends of a row as opener and other side; IPv6 in brackets, no port for protocols without. */
export function endpointsOf(table: SessionTable, index: number): { initiator: string; responder: string } {
  const { view } = table;
  const at = index * row.ROW_BYTES;
  const version = versionOf(table, at);
  const ports = view.getInt32(at + row.PORTS, true);
  const text = (offset: number, port: number): string => {
    const address = addressText(table, version, view.getInt32(at + offset, true));
    if (port === 0) return address;
    return version === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  };
  const a = text(row.ADDRESS_A, ports >>> 16);
  const b = text(row.ADDRESS_B, ports & 0xffff);
  const evidence = view.getInt32(
    view.getInt32(at + row.FIRST_ROW, true) * row.ROW_BYTES + row.EVIDENCE,
    true,
  );
  return openedByB(evidence).byB ? { initiator: b, responder: a } : { initiator: a, responder: b };
}

/** IP protocol number of a row. */
export function protocolOfRow(table: SessionTable, index: number): number {
  return table.view.getInt32(index * row.ROW_BYTES + row.PROTOCOL, true) & 0xff;
}

/** Time slice of a row. */
export function binOfRow(table: SessionTable, index: number): number {
  return table.view.getInt32(index * row.ROW_BYTES + row.BIN, true);
}

/** Time of the first packet of a row, in nanoseconds since the first packet of the capture. */
export function rowStart(table: SessionTable, index: number): number {
  const { view } = table;
  const side = index * row.ROW_BYTES + row.SIDES;
  const starts = [side, side + row.SIDE_BYTES]
    .filter((at) => view.getInt32(at + row.PACKETS, true) > 0)
    .map((at) => view.getFloat64(at + row.FIRST_NS, true));
  return Math.min(...starts);
}
