/** k-means with spread starting points (Lloyd 1982; Arthur and Vassilvitskii, k-means++, SODA 2007). */
import { createRandom, type Random } from '../../math/index.js';
import { type DenseTable, pickRows, rowOf, squaredDistance } from './dense-table.js';

const MOST_ROUNDS = 300;

/**
 * The cluster of every row. Deterministic in the seed.
 * @param clusters no more than there are rows
 */
export function kMeansClusters(table: DenseTable, clusters: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  const centres = pickRows(table, spreadRows(table, clusters, random));
  const labels = new Uint32Array(table.rowCount);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const changed = assign(table, centres, labels);
    if (!changed && round > 0) break;
    moveCentres(table, centres, labels);
  }
  return labels;
}

/** Each next row is drawn by its squared distance to the rows drawn before. */
function spreadRows(table: DenseTable, clusters: number, random: Random): number[] {
  const chosen = [random.below(table.rowCount)];
  const nearest = new Float64Array(table.rowCount).fill(Number.POSITIVE_INFINITY);
  while (chosen.length < clusters) {
    let total = 0;
    for (let row = 0; row < nearest.length; row++) {
      const distance = squaredDistance(rowOf(table, row), table, chosen.at(-1) as number);
      nearest[row] = Math.min(nearest[row] as number, distance);
      total += nearest[row] as number;
    }
    let left = random.uniform() * total;
    let next = total > 0 ? nearest.findLastIndex((distance) => distance > 0) : random.below(table.rowCount);
    for (let row = 0; row < next; row++) {
      left -= nearest[row] as number;
      if (left < 0) next = row;
    }
    chosen.push(next);
  }
  return chosen;
}

function assign(table: DenseTable, centres: DenseTable, labels: Uint32Array): boolean {
  let changed = false;
  for (let row = 0; row < table.rowCount; row++) {
    const own = rowOf(table, row);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let cluster = 0; cluster < centres.rowCount; cluster++) {
      const distance = squaredDistance(own, centres, cluster);
      if (distance < least) {
        least = distance;
        best = cluster;
      }
    }
    if (labels[row] !== best) changed = true;
    labels[row] = best;
  }
  return changed;
}

/** Centres become the means of their rows; one without rows stays where it is. */
function moveCentres(table: DenseTable, centres: DenseTable, labels: Uint32Array): void {
  const sums = new Float64Array(centres.values.length);
  const counts = new Uint32Array(centres.rowCount);
  for (let row = 0; row < table.rowCount; row++) {
    const cluster = labels[row] as number;
    counts[cluster] = (counts[cluster] as number) + 1;
    const own = rowOf(table, row);
    for (let k = 0, at = cluster * table.columnCount; k < own.length; k++, at++) {
      sums[at] = (sums[at] as number) + (own[k] as number);
    }
  }
  for (let at = 0; at < sums.length; at++) {
    const count = counts[Math.floor(at / table.columnCount)] as number;
    if (count > 0) centres.values[at] = (sums[at] as number) / count;
  }
}
