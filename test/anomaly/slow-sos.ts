/** Obvious twins of the kernels in src/anomaly: matrices, no short cuts. For tests only. */

/** Entropy and affinities at one beta, as the published search computes them; NaN when every affinity vanishes. */
function entropyAt(distances: number[], beta: number): number {
  const affinities = distances.map((distance) => Math.exp(-beta * distance));
  const sum = affinities.reduce((a, b) => a + b, 0);
  const weighted = affinities.reduce((total, affinity, j) => total + affinity * distances[j], 0);
  return Math.log(sum) + (beta * weighted) / sum;
}

/** Bisection from 1, doubling or halving until bracketed, tolerance 1e-5, at most 5,000 tries, a tenth on NaN. */
export function slowBeta(distances: number[], perplexity: number): number {
  const target = Math.log(perplexity);
  let beta = 1;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let difference = entropyAt(distances, beta) - target;
  for (let tries = 0; tries < 5000 && !(Math.abs(difference) <= 1e-5); tries++) {
    if (Number.isNaN(difference)) beta /= 10;
    else if (difference > 0) {
      low = beta;
      beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = low === Number.NEGATIVE_INFINITY ? beta / 2 : (beta + low) / 2;
    }
    difference = entropyAt(distances, beta) - target;
  }
  return beta;
}

export function slowDistances(rows: number[][]): number[][] {
  return rows.map((a) =>
    rows.map((b) => Math.sqrt(a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0))),
  );
}

/** Unsquared Euclidean distances of one row to all rows of a dense table, into `out` (length n). */
export function euclideanDistances(
  rows: Float64Array,
  rowCount: number,
  columnCount: number,
  row: number,
  out: Float64Array,
): void {
  for (let j = 0; j < rowCount; j++) {
    let sum = 0;
    for (let k = 0; k < columnCount; k++) {
      const difference = rows[row * columnCount + k] - rows[j * columnCount + k];
      sum += difference * difference;
    }
    out[j] = Math.sqrt(sum);
  }
}

/** The whole n x n matrix of binding probabilities, then the products down its columns. */
export function slowSos(distances: number[][], perplexity: number): number[] {
  const n = distances.length;
  const binding = distances.map((row, i) => {
    const others = row.filter((_, j) => j !== i);
    const beta = slowBeta(others, perplexity);
    const affinities = row.map((distance, j) => (j === i ? 0 : Math.exp(-beta * distance)));
    const sum = affinities.reduce((a, b) => a + b, 0);
    return affinities.map((affinity) => affinity / sum);
  });
  return Array.from({ length: n }, (_, j) => binding.reduce((product, row) => product * (1 - row[j]), 1));
}

/** -ln of the sum of ln(1 + exp(-beta_j d_j) / S_j), in plain arithmetic. */
export function slowReferenceScore(distances: number[], betas: number[], sums: number[]): number {
  const total = distances.reduce((sum, d, j) => sum + Math.log1p(Math.exp(-betas[j] * d) / sums[j]), 0);
  return -Math.log(total);
}

/** Small seeded generator for test data (mulberry32). */
export function testRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Clustered rows with some far ones. */
export function testRows(seed: number, n: number, d: number, scale = 1): number[][] {
  const next = testRandom(seed);
  return Array.from({ length: n }, (_, i) =>
    Array.from(
      { length: d },
      () => scale * ((next() + next() + next() - 1.5) * (i % 11 === 0 ? 8 : 1) + (i % 3) * 2),
    ),
  );
}
