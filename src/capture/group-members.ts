import { type Packet, PROTOCOL_ICMPV6 } from '../pcap/index.js';
import { AddressNumbers } from './address-numbers.js';
import type { EndKind, FrameEnds } from './frame-ends.js';

const PROTOCOL_IGMP = 2;
const IGMPV3_REPORT = 0x22;
const MLDV2_REPORT = 143;
/** Groups, and memberships over all groups, at most: more are forgotten. */
const MOST_GROUPS = 65_536;
const MOST_MEMBERSHIPS = 262_144;

/**
 * Who takes part in which multicast group, as far as the packets tell: whoever sends to a group (IGMP version 1 and 2 and
 * MLD version 1 reports do just that), whoever reports it by IGMP version 3 (RFC 3376, 4.2) or MLD version 2 (RFC 3810,
 * 5.2), and for the solicited-node group of an IPv6 address (RFC 4291, 2.7.1) whoever sends from that address.
 */
export class GroupMembers {
  private readonly groups = new AddressNumbers(MOST_GROUPS);
  private readonly members: Set<number>[] = [];
  private memberships = 0;

  /** The devices that take part in the group a frame is for. */
  of(linkType: number, ends: FrameEnds): ReadonlySet<number> {
    const { kind, destination0, destination1, destination2, destination3 } = ends;
    const group = this.groups.find(linkType, kind, destination0, destination1, destination2, destination3);
    return this.members[group] ?? NOBODY;
  }

  /** A device sent to the group of this frame. */
  sent(device: number, linkType: number, ends: FrameEnds): void {
    const { kind, destination0, destination1, destination2, destination3 } = ends;
    this.join(device, linkType, kind, destination0, destination1, destination2, destination3);
  }

  /** Looks for a report of groups in a packet that a device sent; cut reports are read as far as they go. */
  report(device: number, { kind }: FrameEnds, packet: Packet): void {
    const { protocol, view, transportAt: at, frameEnd } = packet;
    if (protocol !== PROTOCOL_IGMP && protocol !== PROTOCOL_ICMPV6) return;
    if (at + 8 > frameEnd) return;
    const type = view.getUint8(at);
    const v4 = protocol === PROTOCOL_IGMP;
    if (type !== (v4 ? IGMPV3_REPORT : MLDV2_REPORT)) return;
    const addressBytes = v4 ? 4 : 16;
    let left = view.getUint16(at + 6);
    for (let record = at + 8; left > 0 && record + 4 + addressBytes <= frameEnd; left--) {
      const group = record + 4;
      if (v4) this.joinIpv4(device, packet.linkType, kind, view.getInt32(group));
      else {
        const words = [0, 4, 8, 12].map((offset) => view.getInt32(group + offset));
        this.joinIpv6(device, packet.linkType, kind, words);
      }
      record += 4 + addressBytes * (1 + view.getUint16(record + 2)) + 4 * view.getUint8(record + 1);
    }
  }

  /** A device sends from this IPv6 address: neighbours ask for it by a group made of its last 24 bits. */
  owns(device: number, linkType: number, kind: EndKind, lastWord: number): void {
    const words = [0xff020000 | 0, 0, 1, 0xff000000 | (lastWord & 0x00ffffff)];
    this.joinIpv6(device, linkType, kind, words);
  }

  /** Ethernet addresses of groups: RFC 1112, 6.4. */
  private joinIpv4(device: number, linkType: number, kind: EndKind, group: number): void {
    if (kind === 'mac') this.join(device, linkType, kind, 0x0100, 0x5e000000 | (group & 0x7fffff), 0, 0);
    else this.join(device, linkType, 'ipv4', group, 0, 0, 0);
  }

  /** Ethernet addresses of groups: RFC 2464, 7. */
  private joinIpv6(device: number, linkType: number, kind: EndKind, words: readonly number[]): void {
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
    if (kind === 'mac') this.join(device, linkType, kind, 0x3333, w3, 0, 0);
    else this.join(device, linkType, 'ipv6', w0, w1, w2, w3);
  }

  private join(
    device: number,
    linkType: number,
    kind: EndKind,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
  ): void {
    const group = this.groups.intern(linkType, kind, w0, w1, w2, w3);
    if (group < 0) return;
    const members = this.members[group] ?? new Set();
    this.members[group] = members;
    if (members.has(device) || this.memberships >= MOST_MEMBERSHIPS) return;
    members.add(device);
    this.memberships++;
  }
}

const NOBODY: ReadonlySet<number> = new Set();
