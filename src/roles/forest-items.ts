import { NetworkmlError } from '../errors.js';
import type { ForestItems } from './forest-data.js';
import type { RoleExample, RoleTrainingSet } from './training-set.js';
import { type CaptureBalance, captureWeights } from './weights.js';

/**
 * The rows of some captures for a forest: equal (vector, role, weight) are one item with so many copies. A capture's
 * weight is shared evenly over its rows. In captures of a named origin the weight of a row is rounded to a power of the
 * square root of two: a laboratory's thousands of captures have few vectors, which then become few items.
 *
 * @param chosen indices of the examples to train on.
 * @throws NetworkmlError `NML_TRAIN_DATA` when they hold no rows.
 */
export function forestItems(
  set: RoleTrainingSet,
  chosen: Uint32Array,
  balance: CaptureBalance = 'device',
): ForestItems {
  const weights = captureWeights(set.examples, chosen, balance);
  const row: number[] = [];
  const label: number[] = [];
  const copies: number[] = [];
  const weight: number[] = [];
  const places = new Map<string, number>();
  chosen.forEach((index, i) => {
    const example = set.examples[index] as RoleExample;
    const rows = example.counts.reduce((sum, count) => sum + count, 0);
    const exact = (weights[i] as number) / rows;
    const perRow = example.origin === undefined ? exact : 2 ** (Math.round(2 * Math.log2(exact)) / 2);
    example.rows.forEach((id, k) => {
      const key = `${id} ${example.label} ${perRow}`;
      const place = places.get(key) ?? row.length;
      if (place === row.length) {
        places.set(key, place);
        row.push(id);
        label.push(example.label);
        copies.push(0);
        weight.push(perRow);
      }
      copies[place] = (copies[place] as number) + (example.counts[k] as number);
    });
  });
  if (row.length === 0)
    throw new NetworkmlError('NML_TRAIN_DATA', 'the captures to train on hold no sessions');
  return {
    rows: set.rows,
    classCount: set.roles.length,
    row: Uint32Array.from(row),
    label: Uint32Array.from(label),
    copies: Uint32Array.from(copies),
    weight: Float64Array.from(weight),
  };
}
