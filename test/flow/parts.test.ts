import { beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error: a script without declarations
import { compileFlow } from '../../scripts/compile-assembly.mjs';
import { packageRoot } from '../../src/package-root.js';
import { formatIpv6 } from '../../src/sessions/index.js';
import { LIST_VALUES } from '../../src/sessions/meter/meter-layout.js';
import { testRandom } from '../support/random.js';

interface Parts {
  allocate(bytes: number): number;
  giveBack(start: number, bytes: number): void;
  putWhole(at: number, value: number): number;
  putFraction(at: number, value: number): number;
  putAddress(at: number, version: number, words: number): number;
  pushValue(tail: number, length: number, value: number): number;
  releaseList(head: number, tail: number): void;
  insertSlot(hash: number, row: number): void;
  removeSlot(hash: number, row: number): void;
  readonly slots: { readonly value: number };
  readonly mask: { readonly value: number };
}

interface Wasm {
  Memory: new (wish: object) => { readonly buffer: ArrayBufferLike };
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: unknown } }>;
}

const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: Wasm };
const memory = new wasm.Memory({ initial: 16, maximum: 65_536, shared: true });
let parts: Parts;
let out: number;
/** Doubles that the parts left to their host. */
let rare = 0;

beforeAll(async () => {
  const binary = await compileFlow(packageRoot(), 'assembly/flow/parts.ts');
  const unused = (): never => {
    throw new Error('not for the parts');
  };
  const putDouble = (at: number, value: number): number => {
    rare++;
    const text = Buffer.from(String(value));
    new Uint8Array(memory.buffer).set(text, at);
    return at + text.length;
  };
  const host = { putDouble, outOfMemory: unused, ended: unused, counted: unused, full: unused, text: unused };
  const { instance } = await wasm.instantiate(binary, { env: { memory, abort: unused }, host });
  parts = instance.exports as Parts;
  out = parts.allocate(256);
}, 60_000);

const textTo = (end: number): string => Buffer.from(new Uint8Array(memory.buffer, out, end - out)).toString();
const bits = new DataView(new ArrayBuffer(8));

describe('numbers as text', () => {
  it('whole ones are what ECMAScript prints', () => {
    const random = testRandom(11);
    const odd = [0, 9, 10, 99, 100, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1e12, 4_294_967_296_000_000, 2 ** 53 - 1];
    for (let i = 0; i < 40_000; i++) {
      const power = random.below(53);
      const any = Math.floor(2 ** power * (1 + random.below(2 ** 31) / 2 ** 31));
      const value = (odd[i >> 1] ?? Math.min(any, 2 ** 53 - 1)) * (i % 2 === 0 ? 1 : -1) + 0;
      expect(textTo(parts.putWhole(out, value))).toBe(String(value));
    }
  });

  it('doubles read back as the same in the fewest digits', () => {
    const random = testRandom(12);
    const twin = (value: number): string =>
      Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : `${value}`;
    const odd = [
      0.1,
      0.5,
      1 / 3,
      2 / 3,
      0.01,
      0.009999,
      999_999_999.9999999,
      1e-7,
      1e21,
      123.456,
      5e-324,
      1e9 + 0.5,
    ];
    for (let i = 0; i < 200_000; i++) {
      let value = odd[i] ?? 0;
      if (i >= odd.length) {
        const sort = i % 4;
        if (sort === 0) value = random.below(1e6) / (1 + random.below(1000));
        else if (sort === 1) value = Math.sqrt(random.below(2 ** 31)) / (1 + random.below(9));
        else if (sort === 2) value = random.below(2 ** 31) / 10 ** random.below(9);
        else {
          // Any double from 2^-8 to 2^31, by its bits.
          bits.setUint32(0, ((1015 + random.below(39)) << 20) | random.below(2 ** 20));
          bits.setUint32(4, random.below(2 ** 32));
          value = bits.getFloat64(0);
        }
        if (random.chance(0.1)) value = -value;
      }
      expect(textTo(parts.putFraction(out, value))).toBe(twin(value));
    }
    // The host is for what is very large or small, and for a few in the middle between two.
    expect(rare).toBeLessThan(20_000);
  });
});

it('addresses are what the slow twin says', () => {
  const random = testRandom(13);
  const at = parts.allocate(16);
  for (let i = 0; i < 4000; i++) {
    const words = Array.from({ length: 4 }, () =>
      random.pick([0, 0, 1, 0x10000, 0x0db80000, -1, random.below(2 ** 32) | 0]),
    );
    new Int32Array(memory.buffer).set(words, at / 4);
    const [a = 0, b = 0, c = 0, d = 0] = words;
    const dotted = [a >>> 24, (a >>> 16) & 255, (a >>> 8) & 255, a & 255].join('.');
    expect(textTo(parts.putAddress(out, 4, at))).toBe(dotted);
    // Embedded IPv4 addresses keep their dots: test/pipeline/session-rows.test.ts.
    if (a !== 0 || b !== 0) expect(textTo(parts.putAddress(out, 6, at))).toBe(formatIpv6(a, b, c, d));
  }
});

it.each([
  ['::', 0, 0, 0, 0],
  ['::1', 0, 0, 0, 1],
  ['::1.2.3.4', 0, 0, 0, 0x01020304],
  ['::ffff:10.0.0.1', 0, 0, 0xffff, 0x0a000001],
  ['::1:2:3', 0, 0, 1, 0x00020003],
])('%s as inet_ntop(3) prints it', (text, ...words) => {
  const at = parts.allocate(16);
  new Int32Array(memory.buffer).set(words, at / 4);
  expect(textTo(parts.putAddress(out, 6, at))).toBe(text);
});

function rowsOf(hash: number): number[] {
  const words = new Uint32Array(memory.buffer);
  const found: number[] = [];
  const start = parts.slots.value / 4;
  const mask = parts.mask.value;
  for (let slot = hash & mask; words[start + slot * 2] !== 0; slot = (slot + 1) & mask) {
    if (words[start + slot * 2 + 1] === hash >>> 0) found.push(words[start + slot * 2] as number);
  }
  return found;
}

it('finds exactly the rows that are in, after any insertions and removals', () => {
  const random = testRandom(3);
  const twin = new Map<number, number>();
  let next = 8;
  for (let step = 0; step < 60_000; step++) {
    // Few distinct low bits: long runs, also around the end of the table.
    const hash = (random.below(40) * 1024 + random.pick([0, 1, 1020, 1022, 1023, random.below(1024)])) | 0;
    if (random.chance(step < 20_000 ? 0.6 : 0.45) || twin.size === 0) {
      parts.insertSlot(hash, next);
      twin.set(next, hash);
      next += 8;
    } else {
      const row = [...twin.keys()][random.below(Math.min(twin.size, 50))]!;
      parts.removeSlot(twin.get(row)!, row);
      twin.delete(row);
    }
    if (step % 5000 === 0 || step > 59_990) {
      for (const [row, of] of twin) expect(rowsOf(of)).toContain(row);
      const all = new Uint32Array(memory.buffer, parts.slots.value, (parts.mask.value + 1) * 2);
      expect(all.filter((entry, i) => i % 2 === 0 && entry !== 0).length).toBe(twin.size);
    }
  }
});

it('keeps lists apart and uses chunks again', () => {
  const random = testRandom(4);
  const lists = Array.from({ length: 50 }, () => ({ head: 0, tail: 0, values: [] as number[] }));
  for (let step = 0; step < 50_000; step++) {
    const list = random.pick(lists);
    if (random.chance(0.02)) {
      parts.releaseList(list.head, list.tail);
      Object.assign(list, { head: 0, tail: 0, values: [] });
    } else {
      const value = random.below(1e9) / 7;
      list.tail = parts.pushValue(list.tail, list.values.length, value);
      if (list.values.length === 0) list.head = list.tail;
      list.values.push(value);
    }
  }
  const words = new Uint32Array(memory.buffer);
  const doubles = new Float64Array(memory.buffer);
  for (const { head, values } of lists) {
    let chunk = head;
    const read = values.map((_, i) => {
      if (i > 0 && i % LIST_VALUES === 0) chunk = words[chunk / 4]!;
      return doubles[chunk / 8 + 1 + (i % LIST_VALUES)];
    });
    expect(read).toEqual(values);
  }
});

describe('memory', () => {
  it("is zero, begins at a cache line and is nobody else's, however much is given back", () => {
    const random = testRandom(17);
    const live: { start: number; bytes: number }[] = [];
    let highest = 0;
    let taken = 0;
    for (let i = 0; i < 4000; i++) {
      if (live.length > 0 && random.chance(0.45)) {
        const [gone] = live.splice(random.below(live.length), 1);
        if (gone !== undefined) parts.giveBack(gone.start, gone.bytes);
        continue;
      }
      const bytes = random.chance(0.1) ? random.below(200_000) : random.below(600);
      const start = parts.allocate(bytes) >>> 0;
      const space = new Uint8Array(memory.buffer, start, bytes);
      expect(start % 64).toBe(0);
      expect(space.every((byte) => byte === 0)).toBe(true);
      expect(live.some((other) => start < other.start + other.bytes && other.start < start + bytes)).toBe(
        false,
      );
      space.fill(0xab);
      live.push({ start, bytes });
      highest = Math.max(highest, start + bytes);
      taken += bytes;
    }
    // Most of it was used again.
    expect(highest).toBeLessThan(taken / 2);
  });
});
