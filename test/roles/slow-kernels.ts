/**
 * Twins of the kernels of assembly/roles: plain loops over plain arrays that add up in the same order, so that every bit must
 * be the same.
 */
import type { SparseRows } from '../../src/math/index.js';
import type {
  CountedRows,
  ForestModel,
  KnownDevices,
  Layer,
  NearestSettings,
} from '../../src/roles/index.js';
import { denseRow } from './synthetic.js';

/** Leaf of each tree that a row comes to, with the nodes on the way. */
function pathsOf({ roots, column, threshold, child }: ForestModel, dense: readonly number[]): number[][] {
  return Array.from(roots, (root) => {
    const path = [root];
    for (let node = root; column[node]! >= 0; path.push(node)) {
      node = dense[column[node]!]! <= threshold[node]! ? child[node]! : child[node]! + 1;
    }
    return path;
  });
}

export function slowForest(model: ForestModel, rows: SparseRows): number[] {
  const { roots, child, distributions, roles } = model;
  return Array.from({ length: rows.rowCount }).flatMap((_, row) => {
    const sums = roles.map(() => 0);
    for (const path of pathsOf(model, denseRow(rows, row))) {
      for (const k of roles.keys()) sums[k]! += distributions[child[path.at(-1)!]! * roles.length + k]!;
    }
    return sums.map((sum) => sum * (1 / roots.length));
  });
}

/** Rows that are looked at before the next tree is. */
const BATCH = 16;

export function slowAttribution(
  model: ForestModel,
  rows: SparseRows,
  counts: ArrayLike<number>,
  role: number,
): number[] {
  const { roots, column, threshold, child, distributions, roles, columnCount } = model;
  const below = (node: number): [weight: number, ofRole: number] => {
    const next = child[node]!;
    const weight = threshold[node]!;
    if (column[node]! < 0) return [weight, weight * distributions[next * roles.length + role]!];
    const [first, ofFirst] = below(next);
    const [second, ofSecond] = below(next + 1);
    return [first + second, ofFirst + ofSecond];
  };
  const shareAt = (node: number): number => {
    const [weight, ofRole] = below(node);
    return ofRole / weight;
  };
  const out = new Array<number>(columnCount).fill(0);
  let total = 0;
  for (let row = 0; row < rows.rowCount; row++) total += counts[row]!;
  const paths = Array.from({ length: rows.rowCount }, (_, row) => pathsOf(model, denseRow(rows, row)));
  for (let first = 0; first < paths.length; first += BATCH) {
    for (const tree of roots.keys()) {
      for (let row = first; row < Math.min(paths.length, first + BATCH); row++) {
        const weight = counts[row]! / total / roots.length;
        const path = paths[row]![tree]!;
        for (let i = 1; i < path.length; i++) {
          const gain = shareAt(path[i]!) - shareAt(path[i - 1]!);
          out[column[path[i - 1]!]!]! += weight * gain;
        }
      }
    }
  }
  return out;
}

/**
 * Probabilities of one row by each network of a layer: every column counts as absent, then come the entries, then those that
 * are taken away again.
 */
export function slowAnswers(
  { columns, mean, deviation, nets = 1, hidden, w1, b1, w2, b2 }: Layer,
  rows: SparseRows,
  row: number,
  taken: (entry: number) => boolean = () => false,
): number[][] {
  const clip = (x: number): number => Math.max(-4, Math.min(4, x));
  const standardised = (place: number, value: number): number =>
    mean === undefined || deviation === undefined
      ? value
      : clip((Math.sqrt(Math.max(0, value)) - mean[place]!) / deviation[place]!);
  const roles = b2.length / nets;
  const entries = Array.from(
    { length: rows.start[row + 1]! - rows.start[row]! },
    (_, i) => rows.start[row]! + i,
  );
  return Array.from({ length: nets }, (_, net) => {
    const sums = Array.from(b1.subarray(net * hidden, (net + 1) * hidden));
    const change = (entry: number, times: number): void => {
      const place = columns.indexOf(rows.indices[entry]!);
      if (place < 0) return;
      const factor = (standardised(place, rows.values[entry]!) - standardised(place, 0)) * times;
      for (let j = 0; j < hidden; j++) sums[j]! += factor * w1[(place * nets + net) * hidden + j]!;
    };
    for (const entry of entries) change(entry, 1);
    for (const entry of entries) if (taken(entry)) change(entry, -1);
    const outputs = Array.from(b2.subarray(net * roles, (net + 1) * roles));
    for (let j = 0; j < hidden; j++) {
      if (sums[j]! > 0) {
        for (let k = 0; k < roles; k++) outputs[k]! += sums[j]! * w2[(net * hidden + j) * roles + k]!;
      }
    }
    const powers = outputs.map((value) => Math.exp(value - Math.max(...outputs)));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}

/** Likeness of a device to the known captures, straight from what `Likeness` says. */
export function slowLikeness(
  known: KnownDevices,
  settings: NearestSettings,
  table: SparseRows,
  { rows: ids, counts }: CountedRows,
  roleCount: number,
) {
  const { rows, halvedFrom, owners, labels, shares } = known;
  const sums = new Array<number>(rows.columnCount).fill(0);
  for (let i = 0; i < ids.length; i++) {
    for (let entry = table.start[ids[i]!]!; entry < table.start[ids[i]! + 1]!; entry++) {
      const column = table.indices[entry]!;
      if (column >= sums.length) continue;
      sums[column]! += (column < halvedFrom ? counts[i]! : counts[i]! / 2) * Math.sqrt(table.values[entry]!);
    }
  }
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  const direction = length > 0 ? sums.map((value) => value / length) : sums;
  const similarities = Array.from(owners, (_, row) => {
    let product = 0;
    for (let entry = rows.start[row]!; entry < rows.start[row + 1]!; entry++) {
      product += direction[rows.indices[entry]!]! * rows.values[entry]!;
    }
    return Math.min(1, product / 10_000);
  });
  const over = (spread: number) => {
    const most = new Array<number>(roleCount).fill(Number.NEGATIVE_INFINITY);
    const best = new Array<number>(roleCount).fill(-1);
    similarities.forEach((similarity, row) => {
      const label = labels[owners[row]!]!;
      const weighed = similarity + spread * Math.log(shares[owners[row]!]!);
      if (similarity > 0 && weighed > most[label]!) [most[label], best[label]] = [weighed, row];
    });
    const top = Math.max(...most);
    const powers = most.map((value) =>
      top === Number.NEGATIVE_INFINITY ? 1 : Math.exp((value - top) / spread),
    );
    const sum = powers.reduce((a, b) => a + b, 0);
    return { best, probabilities: powers.map((power) => power / sum) };
  };
  const distance = 1 - Math.max(0, ...similarities);
  const member = over(settings.spread);
  return {
    direction,
    similarities,
    nearest: similarities.indexOf(Math.max(...similarities)),
    member: member.probabilities,
    rows: member.best,
    part: settings.recognitionShare * Math.exp(-distance / settings.recognitionDistance),
    recognised: over(settings.recognitionSpread).probabilities,
  };
}
