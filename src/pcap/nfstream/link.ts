import type { Packet } from '../packet.js';
import { SKIP_LINK_TYPE, SKIP_NON_IP, SKIP_TRUNCATED, USED } from '../skip-reason.js';

/** Least bytes behind the link's start: an IPv4 and a UDP header. */
const LEAST_BYTES = 28;

/** What NFStream carries along while it looks for the IP header; a restart inside a tunnel forgets none of it. */
export interface NfstreamState {
  /** Ethertype, or whatever the link layer has in its place. */
  type: number;
  /** First byte behind the link headers. */
  ipAt: number;
  /** IPv4 flags and fragment offset, and protocol: read only where the type said IPv4, else those of the header before. */
  fragment: number;
  protocol: number;
  /** Length field of the last Ethernet frame that had one. */
  lengthField: number;
  wifiBytes: number;
}

export function createNfstreamState(): NfstreamState {
  return { type: 0, ipAt: 0, fragment: 0, protocol: 0, lengthField: 0, wifiBytes: 0 };
}

/**
 * Finds the first byte behind the link headers as NFStream 6.5.4 does: the type is remembered but not
 * enforced.
 * @param start first byte of the frame
 * @param at where the link header begins: behind `start` inside of TZSP
 * @returns USED or the reason for ignoring
 */
export function skipLink(
  view: DataView,
  start: number,
  at: number,
  end: number,
  packet: Packet,
  state: NfstreamState,
): number {
  if (end - at < LEAST_BYTES) return SKIP_TRUNCATED;
  switch (packet.linkType) {
    case 0:
      state.type = view.getUint32(at) === 2 ? 0x0800 : 0x86dd;
      state.ipAt = at + 4;
      return USED;
    case 1:
      return skipEthernet(view, at, end, packet, state);
    case 9:
    case 104:
      return skipPpp(view, start, at, state);
    case 50:
      state.type = view.getUint16(at + 2);
      state.ipAt = at + 4;
      return USED;
    case 12:
    case 101:
      state.ipAt = at;
      if (view.getUint8(at) >> 4 === 4) state.type = 0x0800;
      else if (view.getUint8(at) >> 4 === 6) state.type = 0x86dd;
      return USED;
    case 113:
      state.type = view.getUint16(at + 14);
      state.ipAt = at + 16;
      return USED;
    case 127:
      return skipRadiotap(view, at, end, packet, state);
    case 228:
    case 229:
      state.type = packet.linkType === 228 ? 0x0800 : 0x86dd;
      state.ipAt = at;
      return USED;
    default:
      return SKIP_LINK_TYPE;
  }
}

function skipEthernet(view: DataView, at: number, end: number, packet: Packet, state: NfstreamState): number {
  readMacs(view, at + 6, at, packet);
  state.ipAt = at + 14;
  const field = view.getUint16(at + 12);
  if (field <= 1500) state.lengthField = field;
  else if (field >= 1536) state.type = field;
  if (state.lengthField === 0) return USED;
  const destination = view.getUint8(at + 14);
  const source = view.getUint8(at + 15);
  if (destination === 0xaa || source === 0xaa) {
    if (end - at < 22) return SKIP_TRUNCATED;
    // Read in the byte order of the machine, so that no SNAP frame counts as IPv4.
    state.type = view.getUint16(at + 20, true);
    state.ipAt += 8;
    return USED;
  }
  return destination === 0x42 || source === 0x42 ? SKIP_NON_IP : USED;
}

function skipPpp(view: DataView, start: number, at: number, state: NfstreamState): number {
  const first = view.getUint8(start);
  const isCiscoHdlc = first === 0x0f || first === 0x8f;
  state.type = view.getUint16(isCiscoHdlc ? at + 2 : at);
  state.ipAt = at + (isCiscoHdlc ? 4 : 2);
  return USED;
}

function skipRadiotap(view: DataView, at: number, end: number, packet: Packet, state: NfstreamState): number {
  const radioBytes = view.getUint16(at + 2, true);
  // The flags are taken to lie behind a time stamp; 0x50: bad check sequence.
  if ((view.getUint8(at + 16) & 0x50) === 0x50) return SKIP_NON_IP;
  const frame = at + radioBytes;
  if (end - frame < 24) return SKIP_TRUNCATED;
  const control = view.getUint16(frame, true);
  if (((control >> 2) & 3) !== 2) return SKIP_NON_IP;
  const direction = control & 0x0300;
  // A QoS header is assumed where exactly one of the DS bits is set, and none at all elsewhere.
  if (direction === 0x0100 || direction === 0x0200) state.wifiBytes = 26;
  readMacs(view, frame + 10, frame + 16, packet);
  const llc = frame + state.wifiBytes;
  if (end - llc < 8) return SKIP_TRUNCATED;
  if (view.getUint8(llc) === 0xaa) state.type = view.getUint16(llc + 6);
  state.ipAt = llc + 8;
  return USED;
}

export function readMacs(view: DataView, source: number, destination: number, packet: Packet): void {
  packet.hasMac = true;
  packet.sourceMacHigh = view.getUint16(source);
  packet.sourceMacLow = view.getInt32(source + 2);
  packet.destinationMacHigh = view.getUint16(destination);
  packet.destinationMacLow = view.getInt32(destination + 2);
}

/** Tags of 802.1Q, MPLS labels and PPPoE with eight fixed bytes. @returns USED or the reason for ignoring */
export function skipShims(view: DataView, end: number, packet: Packet, state: NfstreamState): number {
  for (;;) {
    if (state.type === 0x8100) {
      if (state.ipAt + 4 >= end) return SKIP_TRUNCATED;
      do {
        packet.vlanId = view.getUint16(state.ipAt) & 0x0fff;
        state.type = view.getUint16(state.ipAt + 2);
        state.ipAt += 4;
      } while (state.type === 0x8100 && state.ipAt + 4 < end);
    } else if (state.type === 0x8847 || state.type === 0x8848) {
      if (state.ipAt + 4 >= end) return SKIP_TRUNCATED;
      let bottom = false;
      do {
        bottom = (view.getUint8(state.ipAt + 2) & 1) !== 0;
        state.ipAt += 4;
      } while (!bottom && state.ipAt + 4 < end);
      state.type = 0x0800;
    } else if (state.type === 0x8864) {
      state.type = 0x0800;
      state.ipAt += 8;
    } else {
      return USED;
    }
  }
}
