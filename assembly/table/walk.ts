/** Goes through the records of a file, as far as they hold plain packets, and adds each packet to its session. */
import { AHEAD, takeUp } from '../packets/packet';
import { beginWalk, readRecord, walked } from '../packets/records';
import { add, makeKey } from './table';
import { warm } from './warm';

/**
 * Takes records in memory from `from` to `end` until one is not whole or not plain, `most` at most.
 * @param frame number of the frame before
 * @returns where that record begins
 */
export function walk(from: usize, end: usize, frame: f64, most: f64): usize {
  let at = from;
  beginWalk();
  for (let read: u32 = AHEAD; read === AHEAD; ) {
    read = 0;
    while (read < AHEAD && walked < most) {
      takeUp(read);
      const next = readRecord(at, end, frame);
      if (next === 0) break;
      makeKey();
      at = next;
      read++;
    }
    warm(read);
    for (let number: u32 = 0; number < read; number++) {
      takeUp(number);
      add();
    }
  }
  return at;
}
