import { type Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../../../pcap/index.js';

const DNS = 53;
const MULTICAST_DNS = 5353;
const HEADER_BYTES = 12;
/** A name is no longer, lengths of its labels and the last zero included (RFC 1035, 2.3.4). */
const NAME_BYTES = 255;

/**
 * Where a DNS message begins in the view (RFC 1035, 4.1.1; over TCP behind two bytes of length, 4.2.2); -1 where the
 * ports are not those of DNS or multicast DNS (RFC 6762), or its header was not captured.
 */
export function dnsMessageAt(packet: Packet): number {
  const { protocol, sourcePort, destinationPort, payloadBytes, transportBytes, transportAt, frameEnd } =
    packet;
  const isPort = (port: number): boolean => port === DNS || port === MULTICAST_DNS;
  if (protocol !== PROTOCOL_UDP && protocol !== PROTOCOL_TCP) return -1;
  if (!isPort(sourcePort) && !isPort(destinationPort)) return -1;
  const prefix = protocol === PROTOCOL_TCP ? 2 : 0;
  // Later fragments have no transport header, so that all they carry counts as payload.
  if (payloadBytes < HEADER_BYTES + prefix || payloadBytes === transportBytes) return -1;
  const at = transportAt + transportBytes - payloadBytes + prefix;
  return at + HEADER_BYTES <= frameEnd ? at : -1;
}

/** The QR bit. */
export function isDnsResponse(view: DataView, at: number): boolean {
  return (view.getUint8(at + 2) & 0x80) !== 0;
}

/** RCODE, the four bits of the header. */
export function responseCode(view: DataView, at: number): number {
  return view.getUint8(at + 3) & 0x0f;
}

/**
 * The name of the first question, as it was sent, without the last dot; null where there is none, or it is
 * cut. Bytes that are no printable ASCII, and dots and backslashes in labels, are written `\ddd` (RFC 4343, 2.1).
 */
export function questionName(view: DataView, at: number, end: number): string | null {
  if (view.getUint16(at + 4) === 0) return null;
  const labels: string[] = [];
  const start = at + HEADER_BYTES;
  for (let place = start; place < end && place - start < NAME_BYTES; ) {
    const length = view.getUint8(place);
    if (length === 0) return labels.length === 0 ? '.' : labels.join('.');
    // A question in front of all other names has nothing to point back to (4.1.4).
    if (length > 63 || place + 1 + length > end) return null;
    labels.push(labelText(view, place + 1, length));
    place += 1 + length;
  }
  return null;
}

function labelText(view: DataView, at: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    const byte = view.getUint8(at + i);
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
  }
  return text;
}

/**
 * What was captured of the name of the first question where the capture ends inside it, without its last, cut label;
 * null where the name is whole, or nothing of it is there.
 */
export function cutQuestionName(view: DataView, at: number, end: number): string | null {
  if (view.getUint16(at + 4) === 0) return null;
  const labels: string[] = [];
  const start = at + HEADER_BYTES;
  for (let place = start; place < end; ) {
    const length = view.getUint8(place);
    if (length === 0 || length > 63 || place + 1 + length - start >= NAME_BYTES) return null;
    labels.push(labelText(view, place + 1, Math.min(length, end - place - 1)));
    place += 1 + length;
  }
  return labels.length === 0 ? null : labels.join('.');
}

/** Type of the first question: the two bytes behind its name; -1 where they were not captured. */
export function questionType(view: DataView, at: number, end: number): number {
  for (let place = at + HEADER_BYTES; place < end; ) {
    const length = view.getUint8(place);
    if (length === 0) return place + 3 <= end ? view.getUint16(place + 1) : -1;
    if (length > 63) return -1;
    place += 1 + length;
  }
  return -1;
}
