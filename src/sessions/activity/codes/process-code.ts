/**
 * Codes of process protocols and of remote procedure calls: what a message asks for, from the few bytes behind the
 * transport header. Only the first message of a segment is looked at, and nothing of its values.
 */
import { type Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../../../pcap/index.js';

/** Protocols whose codes are told apart. */
export type CodedProtocol = 'modbus' | 's7' | 'enip' | 'cip' | 'dnp3' | 'iec104' | 'bacnet' | 'rpc';

/** Their numbers inside a code: code = number << 24 | what the protocol says. */
export const codedProtocols: readonly CodedProtocol[] = [
  'modbus',
  's7',
  'enip',
  'cip',
  'dnp3',
  'iec104',
  'bacnet',
  'rpc',
];

/** The message refuses what was asked for. */
export const IS_REFUSAL = 1 << 23;

const code = (protocol: CodedProtocol, value: number, refused = false): number =>
  (codedProtocols.indexOf(protocol) << 24) | (refused ? IS_REFUSAL : 0) | (value & 0xffff);

const MODBUS = 502;
const S7 = 102;
const ENIP = 44818;
const DNP3 = 20000;
const IEC104 = 2404;
const BACNET = 47808;

/** Where the payload begins in the view; -1 where nothing of it was captured. */
export function payloadAt({ transportAt, transportBytes, payloadBytes, frameEnd }: Packet): number {
  // Later fragments have no transport header, so that all they carry counts as payload.
  if (payloadBytes === 0 || payloadBytes === transportBytes) return -1;
  const at = transportAt + transportBytes - payloadBytes;
  return at < frameEnd ? at : -1;
}

/**
 * The code of a packet's first message; -1 where it is of no protocol that is known here, or its code was not captured.
 */
export function processCode(packet: Packet): number {
  const { protocol, sourcePort, destinationPort } = packet;
  const at = payloadAt(packet);
  if (at < 0) return -1;
  if (protocol === PROTOCOL_UDP) {
    return sourcePort === BACNET || destinationPort === BACNET ? bacnet(packet, at) : -1;
  }
  if (protocol !== PROTOCOL_TCP) return -1;
  const low = sourcePort < destinationPort ? sourcePort : destinationPort;
  if (low === MODBUS) return modbus(packet, at);
  if (low === S7) return s7(packet, at);
  if (sourcePort === ENIP || destinationPort === ENIP) return enip(packet, at);
  if (sourcePort === DNP3 || destinationPort === DNP3) return dnp3(packet, at);
  if (sourcePort === IEC104 || destinationPort === IEC104) return iec104(packet, at);
  return -1;
}

/** MODBUS Messaging on TCP/IP V1.0b, 3.1.3: the function code, its upper bit for an exception. */
function modbus({ view, frameEnd }: Packet, at: number): number {
  if (at + 8 > frameEnd || view.getUint16(at + 2) !== 0) return -1;
  const value = view.getUint8(at + 7);
  return code('modbus', value & 0x7f, (value & 0x80) !== 0);
}

/** TPKT (RFC 1006), COTP data (ISO 8073), then the S7 header: kind of message and function. */
function s7({ view, frameEnd }: Packet, at: number): number {
  if (at + 9 > frameEnd || view.getUint8(at) !== 3) return -1;
  const s7At = at + 5 + view.getUint8(at + 4);
  if (view.getUint8(at + 5) !== 0xf0 || s7At + 2 > frameEnd || view.getUint8(s7At) !== 0x32) return -1;
  const kind = view.getUint8(s7At + 1);
  const answers = kind === 2 || kind === 3;
  const refused = answers && s7At + 12 <= frameEnd && view.getUint16(s7At + 10) !== 0;
  const functionAt = s7At + (answers ? 12 : 10) + (kind === 7 ? 5 : 0);
  const value = functionAt < frameEnd ? view.getUint8(functionAt) : 0;
  return code('s7', (kind << 8) | value, refused);
}

const SEND_RR_DATA = 0x6f;
const SEND_UNIT_DATA = 0x70;

/** EtherNet/IP (CIP Volume 2, 2-3): the command, or the service of the CIP message that it carries. */
function enip({ view, frameEnd }: Packet, at: number): number {
  if (at + 12 > frameEnd) return -1;
  const command = view.getUint16(at, true);
  if (command > 0x100) return -1;
  const refused = view.getUint32(at + 8, true) !== 0;
  if (command !== SEND_RR_DATA && command !== SEND_UNIT_DATA) return code('enip', command, refused);
  // Interface handle, time-out and count of items; the first item is an address.
  const itemAt = at + 24 + 8;
  if (itemAt + 4 > frameEnd) return code('enip', command, refused);
  const dataAt = itemAt + 4 + view.getUint16(itemAt + 2, true) + 4;
  const cipAt = dataAt + (command === SEND_UNIT_DATA ? 2 : 0);
  if (cipAt >= frameEnd) return code('enip', command, refused);
  const service = view.getUint8(cipAt);
  const failed = (service & 0x80) !== 0 && cipAt + 2 < frameEnd && view.getUint8(cipAt + 2) !== 0;
  return code('cip', service, failed);
}

/** IEEE 1815: link header of ten bytes, transport byte, application control, function code. */
function dnp3({ view, frameEnd }: Packet, at: number): number {
  if (at + 13 > frameEnd || view.getUint16(at) !== 0x0564) return -1;
  const value = view.getUint8(at + 12);
  const answers = value === 129 || value === 130;
  const refused = answers && at + 15 <= frameEnd && (view.getUint8(at + 14) & 0x07) !== 0;
  return code('dnp3', value, refused);
}

/** IEC 60870-5-104: type of an I-format message; its cause has a bit for refusals. */
function iec104({ view, frameEnd }: Packet, at: number): number {
  if (at + 9 > frameEnd || view.getUint8(at) !== 0x68) return -1;
  const control = view.getUint8(at + 2);
  if ((control & 1) !== 0) return code('iec104', 0x100 | control);
  return code('iec104', view.getUint8(at + 6), (view.getUint8(at + 8) & 0x40) !== 0);
}

/** ASHRAE 135, annex J and clauses 6 and 20: kind and service of the application message. */
function bacnet({ view, frameEnd }: Packet, at: number): number {
  if (at + 6 > frameEnd || view.getUint8(at) !== 0x81) return -1;
  const control = view.getUint8(at + 5);
  let next = at + 6;
  if ((control & 0x80) !== 0) return next < frameEnd ? code('bacnet', 0x8000 | view.getUint8(next)) : -1;
  if ((control & 0x20) !== 0) next = next + 3 <= frameEnd ? next + 3 + view.getUint8(next + 2) : frameEnd;
  if ((control & 0x08) !== 0) next = next + 3 <= frameEnd ? next + 3 + view.getUint8(next + 2) : frameEnd;
  if ((control & 0x20) !== 0) next++;
  if (next + 2 > frameEnd) return -1;
  const kind = view.getUint8(next) >>> 4;
  // Confirmed requests say how much they can take before they say what they want; the others do not.
  const serviceAt = kind === 0 ? next + 3 : kind === 1 ? next + 1 : next + 2;
  const service = serviceAt < frameEnd ? view.getUint8(serviceAt) : 0;
  return code('bacnet', (kind << 8) | service, kind >= 5);
}

const RPC_REQUEST = 0;
const RPC_BIND = 11;
const RPC_ALTER = 14;

/** A call of a remote procedure (C706, 12.6.4), or the interface that calls will be of. */
export type RpcMessage =
  | { readonly kind: 'bind'; readonly first: number; readonly second: number }
  | { readonly kind: 'request'; readonly operation: number };

/** What a segment that begins with a connection-oriented RPC header says; undefined for all others. */
export function rpcMessage(packet: Packet): RpcMessage | undefined {
  const { view, frameEnd, protocol } = packet;
  const at = payloadAt(packet);
  if (protocol !== PROTOCOL_TCP || at < 0 || at + 24 > frameEnd) return undefined;
  // Version 5.0 or 5.1, little-endian integers, ASCII, IEEE floats.
  if (view.getUint8(at) !== 5 || view.getUint8(at + 1) > 1 || view.getUint32(at + 4) !== 0x10000000)
    return undefined;
  const type = view.getUint8(at + 2);
  if (type === RPC_REQUEST) return { kind: 'request', operation: view.getUint16(at + 22, true) };
  if ((type !== RPC_BIND && type !== RPC_ALTER) || at + 40 > frameEnd) return undefined;
  return { kind: 'bind', first: view.getInt32(at + 32, true), second: view.getInt32(at + 36, true) };
}

/** The code of a remote procedure call: interface and operation in 24 bits. */
export function rpcCode(first: number, second: number, operation: number): number {
  const mixed = Math.imul(first ^ Math.imul(second, 0x85ebca6b), 0xc2b2ae35);
  return code('rpc', (mixed >>> 16) ^ operation) | 0;
}
