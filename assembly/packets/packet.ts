/** The packet at hand, and those that come after it: see src/sessions/core/packet-layout.ts. */
import * as field from '../../src/sessions/core/packet-layout';

/** Packets that are read ahead at most. */
export const AHEAD: u32 = 16;

/** Where they lie. The host puts a packet of its own where the first one lies. */
export const packets: usize = memory.data(field.PACKET_BYTES * 16, 64);
/** The one at hand. */
export let packet: usize = packets;

/** Takes up the packet of that number, from 0. */
export function takeUp(number: u32): void {
  packet = packets + <usize>number * field.PACKET_BYTES;
}
