import { describe, expect, it } from 'vitest';
import { areBelow, areFinite, areShortsBelow, firstOutOfOrder } from '../../src/roles/kernel-checks.js';
import { modelMemory } from '../../src/roles/role-kernel.js';

/** The checks read up to sixteen numbers at once, then what is left one by one. */
const longest = 35;
/** Where the kernels keep bundles, and elsewhere. */
const rooms = [modelMemory(8 * longest), new Uint8Array(8 * longest)];

/** Every place of an array of every length in either room; the words behind the array are `behind`. */
function eachPlace(behind: number, visit: (array: Uint32Array, place: number) => void): void {
  for (const { buffer, byteOffset } of rooms) {
    for (let length = 1; length <= longest; length++) {
      for (let place = 0; place < length; place++) {
        new Uint32Array(buffer, byteOffset, longest).fill(behind);
        visit(new Uint32Array(buffer, byteOffset, length), place);
      }
    }
  }
}

const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] as number;

describe('checks of the arrays of a bundle', () => {
  it('find what is no number at every place, and only there', () => {
    eachPlace(bitsOf(Number.NaN), (array, place) => {
      const floats = new Float32Array(array.buffer, array.byteOffset, array.length).fill(3e38);
      floats[place] = -3e38;
      expect(areFinite(floats)).toBe(true);
      for (const wrong of [Number.NaN, 1 / 0, -1 / 0]) {
        floats[place] = wrong;
        expect(areFinite(floats)).toBe(false);
      }
    });
  });

  it('find a number that is too large at every place, and only there', () => {
    eachPlace(2 ** 32 - 1, (array, place) => {
      array.fill(2 ** 31 + 1);
      expect(areBelow(array, 2 ** 31 + 2)).toBe(true);
      array[place] = 2 ** 31 + 2;
      expect(areBelow(array, 2 ** 31 + 2)).toBe(false);
    });
  });

  it('find a short number that is too large at every place, and only there', () => {
    eachPlace(2 ** 32 - 1, ({ buffer, byteOffset, length }, place) => {
      const shorts = new Uint16Array(buffer, byteOffset, 2 * length).fill(40_000);
      for (const at of [2 * place, 2 * place + 1]) {
        expect(areShortsBelow(shorts, 40_001)).toBe(true);
        shorts[at] = 40_001;
        expect(areShortsBelow(shorts, 40_001)).toBe(false);
        expect(areShortsBelow(shorts, 40_002)).toBe(true);
        expect(areShortsBelow(shorts, 70_000)).toBe(true);
        shorts[at] = 40_000;
      }
      // An odd number of them, and a place that is no multiple of sixteen bytes.
      const odd = shorts.subarray(1);
      odd[odd.length - 1] = 65_535;
      expect(areShortsBelow(odd, 65_535)).toBe(false);
      expect(areShortsBelow(odd, 65_536)).toBe(true);
    });
  });

  it('find the first number out of order at every place, and only there', () => {
    eachPlace(0, (array, place) => {
      array.set(array.map((_, i) => 2 ** 31 - 5 + 2 * i));
      expect(firstOutOfOrder(array, true)).toBe(-1);
      if (place === 0) return;
      array[place] = array[place - 1] as number;
      expect(firstOutOfOrder(array, false)).toBe(-1);
      expect(firstOutOfOrder(array, true)).toBe(place);
      array[place] = (array[place - 1] as number) - 1;
      expect(firstOutOfOrder(array, false)).toBe(place);
    });
  });

  it('find nothing in an array of nothing', () => {
    for (const { buffer, byteOffset } of rooms) {
      expect(areFinite(new Float32Array(buffer, byteOffset, 0))).toBe(true);
      expect(areBelow(new Uint32Array(buffer, byteOffset, 0), 0)).toBe(true);
      expect(firstOutOfOrder(new Uint32Array(buffer, byteOffset, 0), true)).toBe(-1);
    }
  });
});
