/**
 * Headers of Ethernet frames: whole IPv4 and IPv6 packets, behind any VLAN tags, that are no fragments, carry no tunnel and
 * have no extension headers. Everything else is left to the host (src/pcap), which finds the same as is found here for
 * packets that both can read.
 */
import * as field from '../../src/sessions/core/packet-layout';
import { packet } from './packet';

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const SCTP = 132;
const UDP_LITE = 136;

let opensTunnels = true;

/** Whether packets that may be tunnels are left to the host. */
export function configureFrames(tunnels: boolean): void {
  opensTunnels = tunnels;
}

function u16At(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at));
}

/** Puts a frame into the packet at hand; false where it is not plain. */
export function decodeFrame(start: usize, end: usize, wire: u32): boolean {
  let at = start + 14;
  if (at > end) return false;
  let vlan: u32 = 0;
  let type = u16At(start + 12);
  while (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
    if (end - at < 4) return false;
    vlan = u16At(at) & 0x0fff;
    type = u16At(at + 2);
    at += 4;
  }
  store<u32>(packet, 1, field.WITH_MAC);
  store<u32>(packet, u16At(start), field.DESTINATION_MAC_HIGH);
  store<u32>(packet, bswap<u32>(load<u32>(start, 2)), field.DESTINATION_MAC_LOW);
  store<u32>(packet, u16At(start + 6), field.SOURCE_MAC_HIGH);
  store<u32>(packet, bswap<u32>(load<u32>(start, 8)), field.SOURCE_MAC_LOW);
  if (type === 0x0800) return decodeIpv4(start, at, end, wire, vlan);
  if (type === 0x86dd) return decodeIpv6(start, at, end, wire, vlan);
  return false;
}

/** RFC 791, 3.1. */
function decodeIpv4(start: usize, at: usize, end: usize, wire: u32, vlan: u32): boolean {
  if (end - at < 20) return false;
  const first = <u32>load<u8>(at);
  const headerBytes = (first & 15) << 2;
  const totalLength = u16At(at + 2);
  if (first >> 4 !== 4 || headerBytes < 20) return false;
  if (totalLength !== 0 && totalLength < headerBytes) return false;
  if ((u16At(at + 6) & 0x3fff) !== 0) return false;
  store<u64>(packet, bswap<u32>(load<u32>(at, 12)), field.SOURCE);
  store<u64>(packet, 0, field.SOURCE + 8);
  store<u64>(packet, bswap<u32>(load<u32>(at, 16)), field.DESTINATION);
  store<u64>(packet, 0, field.DESTINATION + 8);
  const ipBytes = totalLength !== 0 ? totalLength : max(headerBytes, wire - <u32>(at - start));
  return decodeTransport(at, end, load<u8>(at, 9), (4 << 8) | (vlan << 16), wire, ipBytes, headerBytes);
}

/** RFC 8200, 3. */
function decodeIpv6(start: usize, at: usize, end: usize, wire: u32, vlan: u32): boolean {
  if (end - at < 40 || load<u8>(at) >> 4 !== 6) return false;
  const protocol = <u32>load<u8>(at, 6);
  if (isExtension(protocol)) return false;
  for (let word: usize = 0; word < 32; word += 4) {
    store<u32>(packet + word, bswap<u32>(load<u32>(at + word, 8)), field.SOURCE);
  }
  const payloadLength = u16At(at + 4);
  const open = wire - <u32>(at - start);
  const ipBytes = payloadLength === 0 && open > 40 ? open : 40 + payloadLength;
  return decodeTransport(at, end, protocol, (6 << 8) | (vlan << 16), wire, ipBytes, 40);
}

/** Extension headers that the host looks behind (RFC 8200, 4; RFC 4302). */
function isExtension(next: u32): boolean {
  return (
    next === 0 ||
    next === 43 ||
    next === 44 ||
    next === 51 ||
    next === 60 ||
    next === 135 ||
    next === 139 ||
    next === 140
  );
}

/**
 * Ports, TCP flags and payload length (RFC 9293, 3.1; RFC 768; RFC 3828; RFC 9260, 3.1; RFC 792; RFC 4443).
 * @param ip where the IP header begins
 * @param scope all of the key's scope but the protocol
 */
function decodeTransport(
  ip: usize,
  end: usize,
  protocol: u32,
  scope: u32,
  wire: u32,
  ipBytes: u32,
  ipHeader: u32,
): boolean {
  const at = ip + ipHeader;
  // Less than 0 where the header itself was cut.
  const captured = <i32>min(end, ip + ipBytes) - <i32>at;
  let sourcePort: u32 = 0;
  let destinationPort: u32 = 0;
  let flags = -1;
  let icmp: u32 = 0;
  let headerBytes: u32 = 0;
  const hasPorts = protocol === TCP || protocol === UDP || protocol === UDP_LITE || protocol === SCTP;
  if (hasPorts && captured >= 4) {
    sourcePort = u16At(at);
    destinationPort = u16At(at + 2);
  }
  if (protocol === TCP) {
    headerBytes = 20;
    if (captured >= 14) {
      headerBytes = (<u32>load<u8>(at, 12) >> 4) << 2;
      flags = load<u8>(at, 13);
    }
  } else if (hasPorts) {
    headerBytes = protocol === SCTP ? 12 : 8;
    if (opensTunnels && protocol === UDP && (isTunnelPort(sourcePort) || isTunnelPort(destinationPort)))
      return false;
  } else if (protocol === ICMP || protocol === ICMPV6) {
    headerBytes = 8;
    if (at + 2 <= end) icmp = u16At(at);
  } else if (opensTunnels && (protocol === 4 || protocol === 41 || protocol === 47)) {
    return false;
  }
  store<u32>(packet, sourcePort, field.SOURCE_PORT);
  store<u32>(packet, destinationPort, field.DESTINATION_PORT);
  store<u32>(packet, protocol | scope, field.PACKET_SCOPE);
  store<i32>(packet, flags, field.FLAGS);
  store<u32>(packet, icmp, field.ICMP_WORD);
  const transportBytes = ipBytes - ipHeader;
  store<u32>(packet, wire, field.WIRE_LENGTH);
  store<u32>(packet, ipBytes, field.IP_LENGTH);
  store<u32>(packet, transportBytes, field.TRANSPORT_LENGTH);
  store<u32>(packet, transportBytes > headerBytes ? transportBytes - headerBytes : 0, field.PAYLOAD_LENGTH);
  store<u32>(packet, <u32>ip, field.IP_AT);
  store<u32>(packet, <u32>at, field.TRANSPORT_AT);
  store<u32>(packet, <u32>end, field.FRAME_END);
  return true;
}

/** UDP ports whose packets may carry another one: GTP-U, VXLAN, CAPWAP, Geneve, TZSP. */
function isTunnelPort(port: u32): boolean {
  return port === 2152 || port === 4789 || port === 5247 || port === 6081 || port === 37008;
}
