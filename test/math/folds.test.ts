import { describe, expect, it } from 'vitest';
import { createRandom, groupedFolds, shuffle } from '../../src/math/index.js';

interface Item {
  group: string;
  unit: string;
  label: number;
}

function randomItems(seed: number): Item[] {
  const random = createRandom(seed);
  return Array.from({ length: 200 }, () => {
    const unit = random.below(50);
    // A unit always has one group and one label; some groups hold several units and labels.
    return { unit: `u${unit}`, group: `g${unit % 30}`, label: (unit * 7) % 5 };
  });
}

const foldsOf = (items: readonly Item[], foldCount: number, byUnit = false) =>
  groupedFolds({
    foldCount,
    groups: items.map((item) => (byUnit ? item.unit : item.group)),
    labels: items.map((item) => item.label),
    units: items.map((item) => item.unit),
  });

/** The same rule by plain counting over and over. */
function slowFolds(items: readonly Item[], foldCount: number): Map<string, number> {
  const units = (test: (item: Item) => boolean) => new Set(items.filter(test).map((item) => item.unit)).size;
  const labelsOf = (group: string) =>
    [...new Set(items.filter((item) => item.group === group).map((item) => item.label))].sort(
      (a, b) => a - b,
    );
  const total = (label: number) => units((item) => item.label === label);
  const groups = [...new Set(items.map((item) => item.group))].sort();
  const keys = (group: string) => [
    -labelsOf(group).length,
    Math.min(...labelsOf(group).map(total)),
    -units((item) => item.group === group),
  ];
  groups.sort((a, b) => {
    const [left, right] = [keys(a), keys(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? 0 : (left[at] as number) - (right[at] as number);
  });
  const placed = new Map<string, number>();
  for (const group of groups) {
    const costs = Array.from({ length: foldCount }, (_, fold) => {
      const inFold = (item: Item) => placed.get(item.group) === fold;
      let cost = 0;
      for (const label of labelsOf(group)) {
        const own = units((item) => item.group === group && item.label === label);
        cost += (own * units((item) => inFold(item) && item.label === label) * 10) / total(label);
      }
      return cost + units(inFold) * 0.02;
    });
    placed.set(group, costs.indexOf(Math.min(...costs)));
  }
  return placed;
}

describe('groupedFolds', () => {
  it.each([2, 3, 8])('equals the slow rule for %d folds', (foldCount) => {
    for (let seed = 0; seed < 5; seed++) {
      const items = randomItems(seed);
      const slow = slowFolds(items, foldCount);
      expect(Array.from(foldsOf(items, foldCount))).toEqual(items.map((item) => slow.get(item.group)));
    }
  });

  it('keeps groups whole and uses every fold', () => {
    const items = randomItems(9);
    const folds = foldsOf(items, 8);
    const perGroup = new Map<string, Set<number>>();
    items.forEach((item, i) => {
      perGroup.set(item.group, (perGroup.get(item.group) ?? new Set()).add(folds[i] as number));
    });
    for (const set of perGroup.values()) expect(set.size).toBe(1);
    expect(new Set(folds).size).toBe(8);
  });

  it('spreads the units of every label to within one', () => {
    const items = randomItems(10);
    const folds = foldsOf(items, 3, true);
    for (let label = 0; label < 5; label++) {
      const counts = [0, 1, 2].map(
        (fold) =>
          new Set(items.filter((item, i) => item.label === label && folds[i] === fold).map((x) => x.unit))
            .size,
      );
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it('does not depend on the order of the items', () => {
    const items = randomItems(11);
    const before = new Map(Array.from(foldsOf(items, 4), (fold, i) => [items[i]?.group, fold]));
    const mixed = shuffle(createRandom(1), [...items]);
    const after = new Map(Array.from(foldsOf(mixed, 4), (fold, i) => [mixed[i]?.group, fold]));
    expect(after).toEqual(before);
  });

  it('refuses fewer groups than folds, and one fold', () => {
    const request = { groups: ['a', 'b'], labels: [0, 1] };
    for (const foldCount of [1, 3]) {
      expect(() => groupedFolds({ ...request, foldCount })).toThrowError(
        expect.objectContaining({ code: 'NML_TRAIN_DATA' }),
      );
    }
  });
});
