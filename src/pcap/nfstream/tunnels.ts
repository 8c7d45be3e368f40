import { type Packet, TUNNEL_CAPWAP, TUNNEL_GTP, TUNNEL_TZSP } from '../packet.js';
import { type NfstreamState, readMacs } from './link.js';

/** What a UDP packet leads to: nothing special, an IP packet to be metered, an IP header to be looked at again, ... */
export type Inside = 'none' | 'packet' | 'ip' | 'link' | 'ignore';

/**
 * GTP-U, TZSP and CAPWAP as NFStream opens them.
 * @param udpAt where it looks for the UDP header
 * @returns `packet`: `state.ipAt` is the packet to be metered; `ip`: parsing goes on at the IP header there; `link`: at
 *   a link header there
 */
export function openUdp(
  view: DataView,
  udpAt: number,
  end: number,
  packet: Packet,
  state: NfstreamState,
): Inside {
  const source = view.getUint16(udpAt);
  const destination = view.getUint16(udpAt + 2);
  const at = udpAt + 8;
  if (source === 2152 || destination === 2152)
    return at + 8 < end ? openGtp(view, at, end, packet, state) : 'none';
  if (source === 37008 || destination === 37008) return openTzsp(view, at, end, packet, state);
  if (source === 5247 || destination === 5247) return openCapwap(view, at, end, packet, state);
  return 'none';
}

function openGtp(view: DataView, from: number, end: number, packet: Packet, state: NfstreamState): Inside {
  const flags = view.getUint8(from);
  if (flags >> 5 !== 1 || view.getUint8(from + 1) !== 0xff) return 'none';
  let at = from + 8;
  if ((flags & 0x07) !== 0) at += 4;
  if ((flags & 0x04) !== 0) {
    // Extension headers are taken to follow whenever the flag is set, named or not.
    let last = false;
    while (!last) {
      if (at >= end) return 'none';
      const length = view.getUint8(at) << 2;
      at += length;
      if (at >= end || length === 0) return 'none';
      last = view.getUint8(at - 1) === 0;
    }
  }
  if (at >= end) return 'none';
  packet.tunnelId = TUNNEL_GTP;
  state.ipAt = at;
  const version = view.getUint8(at) >> 4;
  return version === 4 || version === 6 ? 'packet' : 'ignore';
}

function openTzsp(view: DataView, from: number, end: number, packet: Packet, state: NfstreamState): Inside {
  if (end - from < 4) return 'ignore';
  packet.tunnelId = TUNNEL_TZSP;
  const isEthernet =
    view.getUint8(from) === 1 && view.getUint8(from + 1) === 0 && view.getUint16(from + 2) === 1;
  const tag = from + 4;
  if (!isEthernet || tag >= end) return 'none';
  // One tag is looked at; a frame is taken to begin behind it.
  const kind = view.getUint8(tag);
  if (kind > 1 && tag + 1 >= end) return 'ignore';
  const at = tag + (kind > 1 ? view.getUint8(tag + 1) : 1);
  if (at >= end) return 'ignore';
  state.ipAt = at;
  return 'link';
}

function openCapwap(view: DataView, from: number, end: number, packet: Packet, state: NfstreamState): Inside {
  if (from + 1 >= end || (view.getUint8(from) & 0x0f) !== 0) return 'none';
  const frame = from + ((view.getUint8(from + 1) & 0xf8) >> 1);
  if (frame + 32 >= end) return 'none';
  readMacs(view, frame + 10, frame + 16, packet);
  state.type = view.getUint16(frame + 30);
  state.ipAt = frame + 32;
  packet.tunnelId = TUNNEL_CAPWAP;
  return 'ip';
}
