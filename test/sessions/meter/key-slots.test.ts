import { expect, it } from 'vitest';
import { KeySlots } from '../../../src/sessions/meter/key-slots.js';
import { ListArena } from '../../../src/sessions/meter/list-arena.js';
import { testRandom } from '../../support/random.js';

function rowsAt(slots: KeySlots, hash: number): number[] {
  const found: number[] = [];
  for (let slot = hash & slots.mask; slots.entries[slot * 2] !== 0; slot = (slot + 1) & slots.mask) {
    if (slots.entries[slot * 2 + 1] === hash) found.push(slots.entries[slot * 2]! - 1);
  }
  return found.sort((a, b) => a - b);
}

it('finds exactly the rows that are in, after any insertions and removals', () => {
  const random = testRandom(3);
  const slots = new KeySlots();
  const twin = new Map<number, number>();
  let next = 0;
  for (let step = 0; step < 60_000; step++) {
    // Few distinct low bits: long runs, also around the end of the table.
    const hash = (random.below(40) * 1024 + random.pick([0, 1, 1020, 1022, 1023, random.below(1024)])) | 0;
    if (random.chance(step < 20_000 ? 0.6 : 0.45) || twin.size === 0) {
      slots.insert(hash, next);
      twin.set(next++, hash);
    } else {
      const row = [...twin.keys()][random.below(Math.min(twin.size, 50))]!;
      slots.remove(twin.get(row)!, row);
      twin.delete(row);
    }
    if (step % 5000 === 0 || step > 59_990) {
      for (const [row, of] of twin) expect(rowsAt(slots, of)).toContain(row);
      const all = [...slots.entries].filter((_, i) => i % 2 === 0 && slots.entries[i] !== 0).length;
      expect(all).toBe(twin.size);
    }
  }
});

it('keeps lists apart and uses chunks again', () => {
  const random = testRandom(4);
  const arena = new ListArena();
  const lists = Array.from({ length: 50 }, () => ({ head: 0, tail: 0, values: [] as number[] }));
  for (let step = 0; step < 50_000; step++) {
    const list = random.pick(lists);
    if (random.chance(0.02)) {
      arena.release(list.head, list.tail);
      Object.assign(list, { head: 0, tail: 0, values: [] });
    } else {
      const value = random.below(1e9) / 7;
      list.tail = arena.push(list.tail, list.values.length, value);
      if (list.values.length === 0) list.head = list.tail;
      list.values.push(value);
    }
  }
  for (const { head, values } of lists) {
    const read: number[] = [];
    arena.read(head, values.length, read);
    expect(read).toEqual(values);
  }
});
