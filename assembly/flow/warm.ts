/**
 * With hundreds of thousands of live sessions nothing of the next packet's session is in the caches, and what is looked up
 * one after the other is waited for one after the other. So a group of packets is gone through step by step: all slots, then
 * all rows, then all that the rows lead to. The loads of a step do not depend on each other, and are waited for together
 * (S. Chen, A. Ailamaki, P. B. Gibbons, T. C. Mowry, Improving hash join performance through prefetching, ICDE 2004).
 */

import * as field from '../../src/sessions/core/packet-layout';
import * as at from '../../src/sessions/meter/meter-layout';
import { packets } from '../packets/packet';
import { live } from './rows';
import { mask, slots } from './slots';

/** Fewer sessions are in the caches anyway. */
const MANY: i32 = 8192;

/** What was loaded, so that it is loaded. */
export let loaded: u32 = 0;

/** Has what `count` packets will touch come into the caches. Nothing else depends on it. */
export function warm(count: u32): void {
  if (live < MANY) return;
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) sum += load<u32>(slotOf(i));
  for (let i: u32 = 0; i < count; i++) {
    const row: usize = load<u32>(slotOf(i));
    if (row === 0) continue;
    sum += load<u32>(row) + load<u32>(row, 64);
  }
  for (let i: u32 = 0; i < count; i++) {
    const row: usize = load<u32>(slotOf(i));
    if (row === 0) continue;
    const block: usize = load<u32>(row, at.STATISTICS_BLOCK * 4);
    if (block !== 0) {
      sum += load<u32>(block) + load<u32>(block, 64) + load<u32>(block, 128) + load<u32>(block, 192);
    }
    const earlier: usize = load<u32>(row, at.EARLIER * 4);
    const later: usize = load<u32>(row, at.LATER * 4);
    if (earlier !== 0) sum += load<u32>(earlier, at.LATER * 4);
    if (later !== 0) sum += load<u32>(later, at.EARLIER * 4);
  }
  loaded = sum;
}

/** The slot in which the session of a packet is looked for first. */
function slotOf(number: u32): usize {
  const hash = load<u32>(packets + <usize>number * field.PACKET_BYTES, field.KEY_HASH);
  return slots + ((<usize>(hash & mask)) << 3);
}
