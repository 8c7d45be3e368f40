import { NetworkmlError } from '../errors.js';
import type { ForestItems } from './forest-data.js';
import type { RoleExample, RoleTrainingSet } from './training-set.js';
import { type CaptureBalance, captureWeights } from './weights.js';

/**
 * The rows of some captures for a forest: equal (vector, role, weight) are one item with so many copies. A capture's
 * weight is shared evenly over its rows. In captures of one named origin equal (vector, role) are one item whatever their
 * weights, of which it has the mean: a laboratory's many captures hold few vectors.
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
    const perRow = (weights[i] as number) / rows;
    const { origin } = example;
    example.rows.forEach((id, k) => {
      const key = `${id} ${example.label} ${origin === undefined ? perRow : `of ${origin}`}`;
      const place = places.get(key) ?? row.length;
      if (place === row.length) {
        places.set(key, place);
        row.push(id);
        label.push(example.label);
        copies.push(0);
        weight.push(origin === undefined ? perRow : 0);
      }
      const count = example.counts[k] as number;
      const all = (copies[place] as number) + count;
      if (origin !== undefined) {
        const mean = weight[place] as number;
        weight[place] = mean + ((perRow - mean) * count) / all;
      }
      copies[place] = all;
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
