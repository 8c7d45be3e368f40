import { expect, it } from 'vitest';
import { MadeByNeed } from '../../src/anomaly/made-by-need.js';

it('a map by need makes each value once, when it is asked for, and is a map otherwise', () => {
  const asked: number[] = [];
  const names = ['zinc', 'iron', 'gold'];
  const map = new MadeByNeed(names, (place) => {
    asked.push(place);
    return { place };
  });
  expect([map.size, map.has('iron'), map.has('lead'), [...map.keys()]]).toEqual([3, true, false, names]);
  expect(map.get('lead')).toBeUndefined();
  expect(asked).toEqual([]);
  const iron = map.get('iron');
  expect(iron).toEqual({ place: 1 });
  expect(map.get('iron')).toBe(iron);
  expect(asked).toEqual([1]);
  const plain = new Map(names.map((name, place) => [name, { place }]));
  expect(new Map(map)).toEqual(plain);
  expect([...map.entries()]).toEqual([...plain]);
  expect([...map.values()]).toEqual([...plain.values()]);
  const seen: unknown[] = [];
  map.forEach((value, name, of) => {
    seen.push([name, value, of === map]);
  });
  expect(seen).toEqual(Array.from(plain, ([name, value]) => [name, value, true]));
  expect(asked).toEqual([1, 0, 2]);
});
