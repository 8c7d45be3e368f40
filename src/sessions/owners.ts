import { IntKeyTable } from '../pcap/index.js';
import { type AddressClass, classifyIpv4, classifyIpv6 } from './address-class.js';
import * as row from './row-layout.js';
import type { SessionTable } from './session-table.js';

/** A (MAC, IP address) pair met in a capture, and what it does there. */
export interface Owner {
  /** Number in the table's MAC table, -1 on links without MAC addresses. */
  readonly mac: number;
  readonly version: 4 | 6;
  /** IPv4 word or number in the IPv6 address arena. */
  readonly address: number;
  readonly class: AddressClass;
  /** Sessions in which it takes part, and in how many of them it is the server. */
  sessions: number;
  served: number;
  /** Whether it sent any packet. */
  sends: boolean;
  /** Its frames went to broadcast or multicast addresses only as a destination. */
  readonly groupMac: boolean;
}

/** Whether the device or its peer opened the session of this first part: side b or not, and what it rests on. */
export function openedByB(evidence: number): { byB: boolean; by: 'syn' | 'syn-ack' | 'first-packet' } {
  if ((evidence & (row.SYN_BY_A | row.SYN_BY_B)) !== 0)
    return { byB: (evidence & row.SYN_BY_B) !== 0, by: 'syn' };
  if ((evidence & (row.SYN_ACK_TO_A | row.SYN_ACK_TO_B)) !== 0) {
    return { byB: (evidence & row.SYN_ACK_TO_B) !== 0, by: 'syn-ack' };
  }
  return { byB: (evidence & row.FIRST_PACKET_BY_B) !== 0, by: 'first-packet' };
}

/**
 * Whether side b is the server: not the opener by SYN or SYN-ACK; in sessions whose start was not captured the side
 * with the lower port; otherwise not the sender of the first packet.
 */
function servedByB(evidence: number, ports: number): boolean {
  const opened = openedByB(evidence);
  const portA = ports >>> 16;
  const portB = ports & 0xffff;
  return opened.by === 'first-packet' && portA !== portB ? portB < portA : !opened.byB;
}

/** Class of an address of the table. */
export function classOf(table: SessionTable, version: 4 | 6, address: number): AddressClass {
  if (version === 4) return classifyIpv4(address);
  const { addresses6: arena } = table;
  return classifyIpv6(
    arena.word(address, 0),
    arena.word(address, 1),
    arena.word(address, 2),
    arena.word(address, 3),
  );
}

export interface Owners {
  /** In order of appearance, sender before receiver. */
  readonly list: readonly Owner[];
  /** MACs found at both ends of one session (a tap or a simulator put them there): they tell no hosts apart. */
  readonly sharedMacs: ReadonlySet<number>;
}

/** All owners of a capture. A session counts once, however many parts it was cut into. */
export function listOwners(table: SessionTable): Owners {
  const ids = new IntKeyTable();
  const owners: Owner[] = [];
  const sharedMacs = new Set<number>();
  const { view } = table;
  const ownerOf = (mac: number, version: 4 | 6, address: number): Owner => {
    const id = ids.intern(mac, version, address, 0);
    let owner = owners[id];
    if (owner === undefined) {
      const groupMac = mac >= 0 && (table.macs.word(mac, 0) & 0x0100) !== 0;
      const klass = classOf(table, version, address);
      owner = { mac, version, address, class: klass, sessions: 0, served: 0, sends: false, groupMac };
      owners.push(owner);
    }
    return owner;
  };
  for (let index = 0; index < table.rows; index++) {
    const at = index * row.ROW_BYTES;
    const first = view.getInt32(at + row.FIRST_ROW, true);
    const start = first * row.ROW_BYTES;
    const version = view.getInt32(at + row.PROTOCOL, true) >>> 16 === 6 ? 6 : 4;
    const evidence = view.getInt32(start + row.EVIDENCE, true);
    const aFirst = (evidence & row.FIRST_PACKET_BY_B) === 0;
    let a: Owner;
    let b: Owner;
    const macA = view.getInt32(start + row.MAC_A, true);
    const macB = view.getInt32(start + row.MAC_B, true);
    if (aFirst) {
      a = ownerOf(macA, version, view.getInt32(at + row.ADDRESS_A, true));
      b = ownerOf(macB, version, view.getInt32(at + row.ADDRESS_B, true));
    } else {
      b = ownerOf(macB, version, view.getInt32(at + row.ADDRESS_B, true));
      a = ownerOf(macA, version, view.getInt32(at + row.ADDRESS_A, true));
    }
    if (view.getInt32(at + row.SIDES + row.PACKETS, true) > 0) a.sends = true;
    if (view.getInt32(at + row.SIDES + row.SIDE_BYTES + row.PACKETS, true) > 0) b.sends = true;
    if (first !== index) continue;
    if (macA >= 0 && macA === macB && a !== b) sharedMacs.add(macA);
    a.sessions++;
    if (b !== a) b.sessions++;
    if (servedByB(evidence, view.getInt32(at + row.PORTS, true))) b.served++;
    else a.served++;
  }
  return { list: owners, sharedMacs };
}
