/** Has what a group of packets will touch come into the caches, step by step: see assembly/flow/warm.ts. */

import * as field from '../../src/sessions/core/packet-layout';
import * as row from '../../src/sessions/row-layout';
import { packets } from '../packets/packet';
import { rowAt } from './rows';
import { mask, slots } from './slots';

/** Fewer slots are in the caches anyway. */
const MANY: u32 = 16_384;

/** What was loaded, so that it is loaded. */
export let loaded: u32 = 0;

/** Nothing else depends on it. */
export function warm(count: u32): void {
  if (mask < MANY) return;
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) sum += load<u32>(slotOf(i));
  for (let i: u32 = 0; i < count; i++) {
    const number = load<i32>(slotOf(i));
    if (number === 0) continue;
    const at = rowAt(number - 1);
    sum += load<u32>(at) + load<u32>(at, row.SIDES + row.WIRE_BYTES) + load<u32>(at, row.ROW_BYTES - 4);
  }
  loaded = sum;
}

/** The slot in which the session of a packet is looked for first. */
function slotOf(number: u32): usize {
  const hash = load<u32>(packets + <usize>number * field.PACKET_BYTES, field.KEY_HASH);
  return slots + ((<usize>(hash & mask)) << 3);
}
