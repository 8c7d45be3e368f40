import { decodeEthernet, decodeEthertype } from './decode-ethertype.js';
import { decodeIp, decodeIpv4, decodeIpv6 } from './decode-ip.js';
import { decodeWifi } from './decode-wifi.js';
import type { FragmentTable } from './fragments.js';
import {
  copyHeaders,
  type Packet,
  PROTOCOL_GRE,
  PROTOCOL_IPIP,
  PROTOCOL_IPV6,
  PROTOCOL_UDP,
  TUNNEL_CAPWAP,
  TUNNEL_GENEVE,
  TUNNEL_GRE,
  TUNNEL_GTP,
  TUNNEL_TZSP,
  TUNNEL_VXLAN,
} from './packet.js';
import { SKIP_FRAGMENT, SKIP_NON_IP, USED } from './skip-reason.js';

/** Tunnels inside of tunnels that are opened; what lies deeper stays closed. */
const MAX_DEPTH = 8;

const UDP_HEADER_BYTES = 8;
const PORT_GTP_U = 2152;
const PORT_VXLAN = 4789;
const PORT_CAPWAP_DATA = 5247;
const PORT_GENEVE = 6081;
const PORT_TZSP = 37008;
const ETHERNET_IN_ETHERNET = 0x6558;

/** By IP protocol and by UDP port: 1 where a tunnel may be. Nearly every packet is done with one or two look-ups. */
const tunnelProtocols = new Uint8Array(256);
for (const protocol of [PROTOCOL_IPIP, PROTOCOL_IPV6, PROTOCOL_GRE, PROTOCOL_UDP])
  tunnelProtocols[protocol] = 1;
const tunnelPorts = new Uint8Array(65536);
for (const port of [PORT_GTP_U, PORT_VXLAN, PORT_CAPWAP_DATA, PORT_GENEVE, PORT_TZSP]) tunnelPorts[port] = 1;

/** Whether the decoded packet may carry another one. A fragment stays what it is: its tunnel is not whole. */
export function mayBeTunnel(packet: Packet): boolean {
  if (tunnelProtocols[packet.protocol] === 0) return false;
  if (packet.protocol !== PROTOCOL_UDP) return !packet.isFragment;
  const isPort = (tunnelPorts[packet.sourcePort] as number) | (tunnelPorts[packet.destinationPort] as number);
  return isPort !== 0 && !packet.isFragment;
}

/**
 * Opens the tunnels of a packet for which `mayBeTunnel` holds, down to the innermost IP packet.
 * @param outer a spare record: when an inside cannot be decoded, the packet around it is used
 * @returns USED; or SKIP_FRAGMENT for a later fragment inside whose first one was not seen
 */
export function openTunnels(view: DataView, packet: Packet, outer: Packet, fragments: FragmentTable): number {
  for (let depth = 0; depth < MAX_DEPTH && mayBeTunnel(packet); depth++) {
    copyHeaders(packet, outer);
    const end = Math.min(packet.frameEnd, packet.ipAt + packet.ipBytes);
    const result = openTunnel(view, packet, packet.transportAt, end, fragments);
    if (result === SKIP_FRAGMENT) return result;
    if (result !== USED) {
      copyHeaders(outer, packet);
      break;
    }
  }
  return USED;
}

function openTunnel(
  view: DataView,
  packet: Packet,
  at: number,
  end: number,
  fragments: FragmentTable,
): number {
  switch (packet.protocol) {
    case PROTOCOL_IPIP:
      return decodeIpv4(view, at, end, packet, fragments);
    case PROTOCOL_IPV6:
      return decodeIpv6(view, at, end, packet, fragments);
    case PROTOCOL_GRE:
      return openGre(view, packet, at, end, fragments);
    default:
      break;
  }
  const { destinationPort, sourcePort } = packet;
  const body = at + UDP_HEADER_BYTES;
  const port = tunnelPorts[destinationPort] === 1 ? destinationPort : sourcePort;
  if (port === PORT_GTP_U) return openGtp(view, packet, body, end, fragments);
  if (port === PORT_VXLAN) return openVxlan(view, packet, body, end, fragments);
  if (port === PORT_GENEVE) return openGeneve(view, packet, body, end, fragments);
  if (port === PORT_CAPWAP_DATA) return openCapwap(view, packet, body, end, fragments);
  return openTzsp(view, packet, body, end, fragments);
}

/** Version 0 with optional checksum, key and sequence number (RFC 2784, 2; RFC 2890, 2); no source routes. */
function openGre(view: DataView, packet: Packet, at: number, end: number, fragments: FragmentTable): number {
  if (end - at < 4) return SKIP_NON_IP;
  const flags = view.getUint16(at);
  if ((flags & 0x4007) !== 0) return SKIP_NON_IP;
  const options = (flags >>> 15) + ((flags >>> 13) & 1) + ((flags >>> 12) & 1);
  packet.tunnelId = TUNNEL_GRE;
  return openTyped(view, packet, view.getUint16(at + 2), at + 4 + 4 * options, end, fragments);
}

/** T-PDU of version 1 with its optional fields and extension headers (3GPP TS 29.281, 5.1 and 5.2). */
function openGtp(view: DataView, packet: Packet, at: number, end: number, fragments: FragmentTable): number {
  if (end - at < 8) return SKIP_NON_IP;
  const flags = view.getUint8(at);
  if ((flags & 0xf0) !== 0x30 || view.getUint8(at + 1) !== 0xff) return SKIP_NON_IP;
  let inner = at + 8;
  if ((flags & 0x07) !== 0) {
    inner += 4;
    if (inner > end) return SKIP_NON_IP;
    let next = (flags & 0x04) === 0 ? 0 : view.getUint8(inner - 1);
    while (next !== 0) {
      const length = inner < end ? view.getUint8(inner) << 2 : 0;
      if (length === 0 || inner + length > end) return SKIP_NON_IP;
      inner += length;
      next = view.getUint8(inner - 1);
    }
  }
  packet.tunnelId = TUNNEL_GTP;
  return decodeIp(view, inner, end, packet, fragments);
}

/** RFC 7348, 5: the flag that says that the identifier is valid, then Ethernet. */
function openVxlan(
  view: DataView,
  packet: Packet,
  at: number,
  end: number,
  fragments: FragmentTable,
): number {
  if (end - at < 8 || (view.getUint8(at) & 0x08) === 0) return SKIP_NON_IP;
  packet.tunnelId = TUNNEL_VXLAN;
  return decodeEthernet(view, at + 8, end, packet, fragments);
}

/** RFC 8926, 3.4: version 0, options, an ethertype. Control packets carry no traffic of hosts. */
function openGeneve(
  view: DataView,
  packet: Packet,
  at: number,
  end: number,
  fragments: FragmentTable,
): number {
  if (end - at < 8) return SKIP_NON_IP;
  const first = view.getUint8(at);
  const isControl = (view.getUint8(at + 1) & 0x80) !== 0;
  if (first >> 6 !== 0 || isControl) return SKIP_NON_IP;
  packet.tunnelId = TUNNEL_GENEVE;
  const inner = at + 8 + ((first & 0x3f) << 2);
  return openTyped(view, packet, view.getUint16(at + 2), inner, end, fragments);
}

/**
 * Whole 802.3 or 802.11 frames in the clear (RFC 5415, 4.3; RFC 5416, 2.2). Access points of one large maker swap the
 * two bytes of the frame control field.
 */
function openCapwap(
  view: DataView,
  packet: Packet,
  at: number,
  end: number,
  fragments: FragmentTable,
): number {
  // Preamble: version 0, type 0 (type 1 is DTLS).
  if (end - at < 8 || view.getUint8(at) !== 0) return SKIP_NON_IP;
  const header = view.getUint32(at);
  const inner = at + (((header >>> 19) & 0x1f) << 2);
  const isFragment = (header & 0x80) !== 0;
  const isKeepAlive = (header & 0x08) !== 0;
  if (inner < at + 8 || inner + 2 > end || isFragment || isKeepAlive) return SKIP_NON_IP;
  packet.tunnelId = TUNNEL_CAPWAP;
  const isNative = (header & 0x100) !== 0;
  if (!isNative) return decodeEthernet(view, inner, end, packet, fragments);
  const control = view.getUint16(inner, true);
  const swapped = view.getUint16(inner);
  const isData = (control & 0x0f) === 0x08;
  return decodeWifi(view, inner, end, isData ? control : swapped, false, packet, fragments);
}

/** TaZmen Sniffer Protocol, version 1: tags, then a frame of Ethernet (1) or 802.11 (18). */
function openTzsp(view: DataView, packet: Packet, at: number, end: number, fragments: FragmentTable): number {
  if (end - at < 5 || view.getUint8(at) !== 1 || view.getUint8(at + 1) > 1) return SKIP_NON_IP;
  const kind = view.getUint16(at + 2);
  let inner = at + 4;
  for (;;) {
    if (inner >= end) return SKIP_NON_IP;
    const tag = view.getUint8(inner);
    if (tag === 1) break;
    if (tag !== 0 && inner + 1 >= end) return SKIP_NON_IP;
    inner += tag === 0 ? 1 : 2 + view.getUint8(inner + 1);
  }
  inner++;
  packet.tunnelId = TUNNEL_TZSP;
  if (kind === 1) return decodeEthernet(view, inner, end, packet, fragments);
  if (kind !== 18 || inner + 2 > end) return SKIP_NON_IP;
  return decodeWifi(view, inner, end, view.getUint16(inner, true), false, packet, fragments);
}

/** What an ethertype announces: a frame of Ethernet (RFC 1701) or whatever may follow one. */
function openTyped(
  view: DataView,
  packet: Packet,
  type: number,
  at: number,
  end: number,
  fragments: FragmentTable,
): number {
  if (at > end || type < 0x0600) return SKIP_NON_IP;
  return type === ETHERNET_IN_ETHERNET
    ? decodeEthernet(view, at, end, packet, fragments)
    : decodeEthertype(view, type, at, end, packet, fragments);
}
