/** The name that a TLS client asks for, from the beginning of its hello (RFC 8446, 4.1.2; RFC 6066, 3). */
import { type Packet, PROTOCOL_TCP } from '../../../pcap/index.js';
import { payloadAt } from './process-code.js';

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;

/**
 * The server name of a ClientHello that begins in this segment; null for other packets, and where the name is absent or
 * was not captured. Printable ASCII only: everything else is no host name.
 */
export function serverNameOf(packet: Packet): string | null {
  const { view, frameEnd } = packet;
  const start = payloadAt(packet);
  if (packet.protocol !== PROTOCOL_TCP || start < 0 || start + 44 > frameEnd) return null;
  if (view.getUint8(start) !== HANDSHAKE || view.getUint8(start + 1) !== 3) return null;
  if (view.getUint8(start + 5) !== CLIENT_HELLO) return null;
  // Record header, handshake header, version and random bytes; then session, ciphers, compression.
  let at = start + 5 + 4 + 2 + 32;
  at += 1 + view.getUint8(at);
  if (at + 2 > frameEnd) return null;
  at += 2 + view.getUint16(at);
  if (at + 1 > frameEnd) return null;
  at += 1 + view.getUint8(at);
  if (at + 2 > frameEnd) return null;
  const end = Math.min(frameEnd, at + 2 + view.getUint16(at));
  for (at += 2; at + 4 <= end; at += 4 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === SERVER_NAME) return nameIn(view, at + 4, end);
  }
  return null;
}

/** The first name of the list that the extension holds. */
function nameIn(view: DataView, at: number, end: number): string | null {
  if (at + 5 > end || view.getUint8(at + 2) !== 0) return null;
  const length = view.getUint16(at + 3);
  if (length === 0 || length > 255 || at + 5 + length > end) return null;
  let name = '';
  for (let i = 0; i < length; i++) {
    const byte = view.getUint8(at + 5 + i);
    if (byte <= 0x20 || byte >= 0x7f) return null;
    name += String.fromCharCode(byte);
  }
  return name;
}
