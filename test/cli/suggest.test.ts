import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/cli/suggest.js';
import { createRandom } from '../../src/math/index.js';

/** The definition, without a table: try every edit at the ends. */
function slowDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const replaced = slowDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
  const removed = slowDistance(a.slice(1), b) + 1;
  const inserted = slowDistance(a, b.slice(1)) + 1;
  const swapped = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0];
  return Math.min(replaced, removed, inserted, swapped ? slowDistance(a.slice(2), b.slice(2)) + 1 : 99);
}

describe('what a word was meant to be', () => {
  it('counts edits as the definition does', () => {
    const random = createRandom(9);
    const word = () => Array.from({ length: random.below(6) }, () => 'abc'[random.below(3)]).join('');
    for (let round = 0; round < 1500; round += 1) {
      const [a, b] = [word(), word()];
      expect([a, b, editDistance(a, b)]).toEqual([a, b, slowDistance(a, b)]);
    }
  });

  it('is the nearest known word, or nothing where none is near', () => {
    const known = ['predict', 'train', 'evaluate', 'models', 'doctor', 'completion'];
    expect(nearest('predcit', known)).toBe('predict');
    expect(nearest('eval', known)).toBe('evaluate');
    expect(nearest('model', known)).toBe('models');
    expect(nearest('x', known)).toBeUndefined();
    expect(nearest('sessions', known)).toBeUndefined();
  });
});
