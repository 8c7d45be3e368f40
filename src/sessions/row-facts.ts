import { type AddressClass, classifyIpv4, classifyIpv6 } from './address-class.js';
import * as row from './row-layout.js';
import type { SessionTable } from './session-table.js';

/** Whether the device or its peer opened the session of this first part: side b or not, and what it rests on. */
export function openedByB(evidence: number): { byB: boolean; by: 'syn' | 'syn-ack' | 'first-packet' } {
  if ((evidence & (row.SYN_BY_A | row.SYN_BY_B)) !== 0)
    return { byB: (evidence & row.SYN_BY_B) !== 0, by: 'syn' };
  if ((evidence & (row.SYN_ACK_TO_A | row.SYN_ACK_TO_B)) !== 0) {
    return { byB: (evidence & row.SYN_ACK_TO_B) !== 0, by: 'syn-ack' };
  }
  return { byB: (evidence & row.FIRST_PACKET_BY_B) !== 0, by: 'first-packet' };
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
