import { type Packet, PROTOCOL_IPIP, PROTOCOL_IPV6, PROTOCOL_UDP } from '../packet.js';
import { SKIP_FRAGMENT, SKIP_IP_HEADER, SKIP_LINK_TYPE, SKIP_TRUNCATED, USED } from '../skip-reason.js';
import { type ExtensionWalk, walkExtensions } from './extensions.js';
import { createNfstreamState, skipLink, skipShims } from './link.js';
import { readIpv4, readIpv6 } from './transport.js';
import { openUdp } from './tunnels.js';

/** Marks that the header at hand leads to another place; never handed out. */
const AGAIN_AT_LINK = -1;
const AGAIN_AT_IP = -2;

/**
 * A second policy of decoding: which packets NFStream 6.5.4 meters, with which key and sizes, for output that must
 * equal NFStream's. Its oddities are kept on purpose and stay in this folder; docs/packets.md lists them.
 */
export class NfstreamDecoder {
  private readonly state = createNfstreamState();
  private readonly walk: ExtensionWalk = { protocol: 0, at: 0, left: 0 };
  private linkType = -1;
  private mixed = false;

  /** @param tunnels whether GTP-U, TZSP and CAPWAP are opened; IP in IP always is */
  constructor(private readonly tunnels: boolean) {}

  /** An interface was met: libpcap gives a capture up at the first one of another link type. */
  noteLinkType(linkType: number): void {
    if (this.linkType < 0) this.linkType = linkType;
    this.mixed ||= linkType !== this.linkType;
  }

  /**
   * Decodes the frame `view[start .. end)` of type `packet.linkType` into `packet`, whose number, time, lengths and
   * place are set already; lengths and times lose what NFStream does not keep.
   * @returns USED or the reason for ignoring
   */
  decode(view: DataView, start: number, end: number, packet: Packet): number {
    if (this.mixed) return SKIP_LINK_TYPE;
    Object.assign(this.state, createNfstreamState());
    packet.hasMac = false;
    packet.wireBytes &= 0xffff;
    packet.nanoseconds -= packet.nanoseconds % 1000;
    let result = AGAIN_AT_LINK;
    let linkAt = start;
    while (result < 0) {
      if (result === AGAIN_AT_LINK) {
        const found = this.findIp(view, start, linkAt, end, packet);
        if (found !== USED) return found;
      }
      result = this.look(view, end, packet);
      linkAt = this.state.ipAt;
    }
    return result;
  }

  private findIp(view: DataView, start: number, at: number, end: number, packet: Packet): number {
    const found = skipLink(view, start, at, end, packet, this.state);
    return found === USED ? skipShims(view, end, packet, this.state) : found;
  }

  /** Looks at the IP header at `state.ipAt`: goes deeper, or reads the packet. */
  private look(view: DataView, end: number, packet: Packet): number {
    const { state } = this;
    const at = state.ipAt;
    if (end - at < 20) return SKIP_TRUNCATED;
    if (state.type === 0x0800) {
      state.fragment = view.getUint16(at + 6);
      state.protocol = view.getUint8(at + 9);
    }
    const version = view.getUint8(at) >> 4;
    if (version === 4) return this.lookAtIpv4(view, at, end, packet);
    return version === 6 ? this.lookAtIpv6(view, at, end, packet) : SKIP_IP_HEADER;
  }

  private lookAtIpv4(view: DataView, at: number, end: number, packet: Packet): number {
    const { state } = this;
    const headerBytes = (view.getUint8(at) & 0x0f) << 2;
    const own = view.getUint8(at + 9);
    if ((own === PROTOCOL_IPV6 || own === PROTOCOL_IPIP) && headerBytes > 0) {
      state.ipAt += headerBytes;
      return AGAIN_AT_IP;
    }
    // The fragment field is that of the last header that the link layer called IPv4.
    if ((state.fragment & 0x1fff) !== 0) return SKIP_FRAGMENT;
    return this.finish(view, at + headerBytes, end, packet);
  }

  private lookAtIpv6(view: DataView, at: number, end: number, packet: Packet): number {
    const { state, walk } = this;
    if (end - at < 40) return SKIP_TRUNCATED;
    walk.protocol = view.getUint8(at + 6);
    walk.at = at + 40;
    walk.left = view.getUint16(at + 4);
    if (walk.left > end - at - 40) return SKIP_TRUNCATED;
    if (!walkExtensions(view, end - at - 40, walk)) return SKIP_IP_HEADER;
    state.protocol = walk.protocol;
    if (walk.protocol === PROTOCOL_IPV6 || walk.protocol === PROTOCOL_IPIP) {
      state.ipAt = walk.at;
      return AGAIN_AT_IP;
    }
    // Of IPv6 the length that is left is taken for the place of the UDP header.
    return this.finish(view, at + walk.left, end, packet);
  }

  private finish(view: DataView, udpAt: number, end: number, packet: Packet): number {
    const { state } = this;
    if (this.tunnels && state.protocol === PROTOCOL_UDP) {
      if (end - udpAt < 8) return SKIP_TRUNCATED;
      const inside = openUdp(view, udpAt, end, packet, state);
      if (inside === 'ip') return AGAIN_AT_IP;
      if (inside === 'link') return AGAIN_AT_LINK;
      if (inside === 'ignore') return SKIP_IP_HEADER;
    }
    const at = state.ipAt;
    return view.getUint8(at) >> 4 === 6 ? readIpv6(view, at, end, packet) : readIpv4(view, at, end, packet);
  }
}
