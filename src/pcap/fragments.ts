import { hashWords } from './int-key-table.js';
import type { Packet } from './packet.js';

const ENTRIES = 4096;
const WORDS = 12;

/**
 * Ports and transport of the first fragments seen, so that later fragments of a datagram go to the same session.
 * Matched by addresses, protocol, VLAN, tunnel and identification (RFC 791, 3.2; RFC 8200, 4.5). A direct-mapped cache of
 * fixed size: a flood of first fragments overwrites old entries and costs no memory; the fragments of an overwritten
 * datagram are counted as skipped.
 */
export class FragmentTable {
  private entries: Int32Array | undefined;

  /**
   * Remembers ports and protocol of the first fragment in `packet`.
   * @param named protocol that all fragments name: of IPv6 it may be an extension header behind the fragment header
   */
  remember(packet: Packet, identification: number, named: number): void {
    this.entries ??= new Int32Array(ENTRIES * WORDS);
    const { entries } = this;
    const at = slotOf(packet, identification, named) * WORDS;
    entries[at] = packet.source0;
    entries[at + 1] = packet.source1;
    entries[at + 2] = packet.source2;
    entries[at + 3] = packet.source3;
    entries[at + 4] = packet.destination0;
    entries[at + 5] = packet.destination1;
    entries[at + 6] = packet.destination2;
    entries[at + 7] = packet.destination3;
    entries[at + 8] = identification;
    entries[at + 9] = scopeOf(packet, named);
    entries[at + 10] = (packet.sourcePort << 16) | packet.destinationPort;
    entries[at + 11] = packet.protocol;
  }

  /** Gives the later fragment in `packet` ports and protocol of its first; false when that one was not seen. */
  resolve(packet: Packet, identification: number): boolean {
    const { entries } = this;
    if (entries === undefined) return false;
    const at = slotOf(packet, identification, packet.protocol) * WORDS;
    const same =
      entries[at] === packet.source0 &&
      entries[at + 1] === packet.source1 &&
      entries[at + 2] === packet.source2 &&
      entries[at + 3] === packet.source3 &&
      entries[at + 4] === packet.destination0 &&
      entries[at + 5] === packet.destination1 &&
      entries[at + 6] === packet.destination2 &&
      entries[at + 7] === packet.destination3 &&
      entries[at + 8] === identification &&
      entries[at + 9] === scopeOf(packet, packet.protocol);
    if (!same) return false;
    const ports = entries[at + 10] as number;
    packet.sourcePort = ports >>> 16;
    packet.destinationPort = ports & 0xffff;
    packet.protocol = entries[at + 11] as number;
    return true;
  }
}

/** Never 0, so that an empty entry matches nothing. */
function scopeOf(packet: Packet, protocol: number): number {
  return 0x40000000 | (packet.tunnelId << 24) | (packet.vlanId << 12) | (protocol << 4) | packet.ipVersion;
}

function slotOf(packet: Packet, identification: number, protocol: number): number {
  const source = hashWords(packet.source0, packet.source1, packet.source2, packet.source3);
  const destination = hashWords(
    packet.destination0,
    packet.destination1,
    packet.destination2,
    packet.destination3,
  );
  return hashWords(source, destination, identification, scopeOf(packet, protocol)) & (ENTRIES - 1);
}
