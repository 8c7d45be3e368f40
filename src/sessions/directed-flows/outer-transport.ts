import { type Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../../pcap/index.js';

/** What lies behind the outermost IP header, through IP in IP; filled again for every packet. */
export interface OuterTransport {
  /** Protocol of the innermost of the nested IP headers. */
  protocol: number;
  /** 0 where there are none or the header is cut. */
  sourcePort: number;
  destinationPort: number;
  /** Whether a whole TCP or UDP header was captured. */
  whole: boolean;
  /** Places in the view: outermost IPv4 header, outermost IPv6 header (-1 without one), transport header. */
  ipv4At: number;
  ipv6At: number;
  transportAt: number;
  /** A fragment other than the first: no ports of its own. */
  laterFragment: boolean;
}

/** A record at rest. */
export function createOuterTransport(): OuterTransport {
  return {
    protocol: 0,
    sourcePort: 0,
    destinationPort: 0,
    whole: false,
    ipv4At: -1,
    ipv6At: -1,
    transportAt: -1,
    laterFragment: false,
  };
}

const IPV4_IN_IP = 4;
const IPV6_IN_IP = 41;
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;

/** So many headers are looked through; no real packet comes near it. */
const MOST_HEADERS = 16;

/**
 * Reads the ports of a packet whose tunnels were not decoded, looking through IP in IP alone (RFC 2003, RFC 4213,
 * RFC 2473): dissectors that keep a list of layers take the addresses of an outer header and the ports of the inner
 * one.
 */
export function readOuterTransport(packet: Packet, out: OuterTransport): void {
  const { view, frameEnd } = packet;
  out.ipv4At = -1;
  out.ipv6At = -1;
  out.sourcePort = 0;
  out.destinationPort = 0;
  out.whole = false;
  out.laterFragment = false;
  out.transportAt = packet.ipAt;
  out.protocol = packet.ipVersion === 4 ? IPV4_IN_IP : IPV6_IN_IP;
  for (let headers = 0; headers < MOST_HEADERS; headers++) {
    if (!stepIn(view, frameEnd, out)) break;
    if (out.laterFragment) return;
  }
  readPorts(view, frameEnd, out);
}

/** Passes one IP or extension header; false when what comes next is none, or is cut. */
function stepIn(view: DataView, end: number, out: OuterTransport): boolean {
  const at = out.transportAt;
  switch (out.protocol) {
    case IPV4_IN_IP:
      if (end - at < 20 || view.getUint8(at) >> 4 !== 4) return false;
      if (out.ipv4At < 0) out.ipv4At = at;
      out.protocol = view.getUint8(at + 9);
      out.transportAt = at + ((view.getUint8(at) & 0x0f) << 2);
      out.laterFragment = (view.getUint16(at + 6) & 0x1fff) !== 0;
      return true;
    case IPV6_IN_IP:
      if (end - at < 40 || view.getUint8(at) >> 4 !== 6) return false;
      if (out.ipv6At < 0) out.ipv6At = at;
      out.protocol = view.getUint8(at + 6);
      out.transportAt = at + 40;
      return true;
    case HOP_BY_HOP:
    case ROUTING:
    case DESTINATION_OPTIONS:
    case FRAGMENT:
      // IPv4 has no such headers: there these numbers mean something else.
      if (out.ipv6At < 0 || end - at < 8) return false;
      out.laterFragment = out.protocol === FRAGMENT && (view.getUint16(at + 2) & 0xfff8) !== 0;
      out.transportAt = at + (out.protocol === FRAGMENT ? 8 : (view.getUint8(at + 1) + 1) << 3);
      out.protocol = view.getUint8(at);
      return true;
    default:
      return false;
  }
}

function readPorts(view: DataView, end: number, out: OuterTransport): void {
  const headerBytes = out.protocol === PROTOCOL_TCP ? 20 : out.protocol === PROTOCOL_UDP ? 8 : 0;
  const at = out.transportAt;
  if (headerBytes === 0) return;
  out.whole = end - at >= headerBytes;
  if (end - at < 4) return;
  out.sourcePort = view.getUint16(at);
  out.destinationPort = view.getUint16(at + 2);
}
