/** Slow, obvious twins of the detectors: rows as lists, no shared work. */

type Rows = readonly (readonly number[])[];

function squared(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0);
}

/** Log density by Gaussian kernels: the mean of densities. */
export function slowKernelDensity(rows: Rows, bandwidth: number, x: readonly number[]): number {
  const norm = (bandwidth * Math.sqrt(2 * Math.PI)) ** x.length;
  const densities = rows.map((row) => Math.exp(-squared(row, x) / (2 * bandwidth ** 2)) / norm);
  return -Math.log(densities.reduce((sum, density) => sum + density, 0) / rows.length);
}

/** One-class SVM by exact steps along every pair of multipliers in turn, until none moves. */
export function slowOneClass(rows: Rows, gamma: number, nu: number): number[] {
  const n = rows.length;
  const q = rows.map((a) => rows.map((b) => Math.exp(-gamma * squared(a, b))));
  const alphas = Array.from({ length: n }, () => nu);
  for (let round = 0; round < 3000; round++) {
    let moved = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const slope = (at: number): number => q[at]!.reduce((sum, value, k) => sum + value * alphas[k]!, 0);
        const curvature = Math.max(1e-12, 2 - 2 * q[i]![j]!);
        const wanted = (slope(j) - slope(i)) / curvature;
        const most = Math.min(1 - alphas[i]!, alphas[j]!);
        const least = -Math.min(alphas[i]!, 1 - alphas[j]!);
        const change = Math.min(most, Math.max(least, wanted));
        alphas[i]! += change;
        alphas[j]! -= change;
        moved += Math.abs(change);
      }
    }
    if (moved < 1e-10) break;
  }
  return alphas;
}

/** Inverse and determinant by Gauss and Jordan with pivots. */
export function slowInverse(matrix: Rows): { inverse: number[][]; determinant: number } {
  const n = matrix.length;
  const a = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => Number(i === j))]);
  let determinant = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k; i < n; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[pivot]![k]!)) pivot = i;
    if (pivot !== k) determinant = -determinant;
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    const value = a[k]![k]!;
    determinant *= value;
    a[k] = a[k]!.map((x) => x / value);
    for (let i = 0; i < n; i++) {
      const factor = a[i]![k]!;
      if (i !== k) a[i] = a[i]!.map((x, j) => x - factor * a[k]![j]!);
    }
  }
  return { inverse: a.map((row) => row.slice(n)), determinant };
}

/** Mean and covariance (divided by n) with a floor on the diagonal. */
export function slowGaussian(rows: Rows, floor: number): { mean: number[]; covariance: number[][] } {
  const d = rows[0]!.length;
  const mean = Array.from({ length: d }, (_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
  const covariance = mean.map((a, i) =>
    mean.map(
      (b, j) =>
        rows.reduce((sum, row) => sum + (row[i]! - a) * (row[j]! - b), 0) / rows.length +
        (i === j ? floor : 0),
    ),
  );
  return { mean, covariance };
}

/** Minus the log density of a Gaussian. */
export function slowGaussianScore(rows: Rows, floor: number, x: readonly number[]): number {
  const { mean, covariance } = slowGaussian(rows, floor);
  const { inverse, determinant } = slowInverse(covariance);
  const off = x.map((value, k) => value - mean[k]!);
  const distance = off.reduce(
    (sum, a, i) => sum + off.reduce((inner, b, j) => inner + a * inverse[i]![j]! * b, 0),
    0,
  );
  return 0.5 * (distance + Math.log(determinant) + x.length * Math.log(2 * Math.PI));
}

/** Mean number of steps to a place that is not in a binary search tree of so many keys, grown in random order. */
export function slowPathLength(rows: number): number {
  const length = [0, 0];
  for (let n = 2; n <= rows; n++) {
    let sum = 0;
    // The root parts the rows into k and n - k, each k as likely; a row lies in a part with the part's share.
    for (let k = 1; k < n; k++) sum += (k * length[k]! + (n - k) * length[n - k]!) / n;
    length[n] = 1 + sum / (n - 1);
  }
  return length[rows]!;
}

/** Median over all pairs about the median, the definition read aloud. */
export function slowMedcouple(values: readonly number[]): number {
  const middle = slowMedian(values);
  const ratios: number[] = [];
  for (const a of values) {
    for (const b of values) {
      if (a > middle || b < middle) continue;
      ratios.push(a === b ? 0 : (b + a - 2 * middle) / (b - a));
    }
  }
  return slowMedian(ratios);
}

function slowMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** SOS by its definition: the probability that no reference point binds to x, as `-ln T`. */
export function slowSosScore(
  points: Rows,
  betas: ArrayLike<number>,
  sums: ArrayLike<number>,
  x: number[],
): number {
  let total = 0;
  points.forEach((point, j) => {
    total += Math.log(1 + Math.exp(-betas[j]! * Math.sqrt(squared(point, x))) / sums[j]!);
  });
  return -Math.log(total);
}

/** pyod's score by principal components: eigenvectors by the power method, one taken out after the other. */
export function slowComponentScore(rows: Rows, x: readonly number[]): number {
  const { mean, covariance } = slowGaussian(rows, 0);
  const standard = (row: readonly number[]): number[] =>
    row.map((value, k) => (value - mean[k]!) / Math.sqrt(covariance[k]![k]!));
  const scaled = rows.map(standard);
  let { covariance: left } = slowGaussian(scaled, 0);
  const z = standard(x);
  let score = 0;
  for (const _ of mean) {
    let vector = mean.map((_value, k) => 1 + k);
    let length = 1;
    for (let round = 0; round < 5000; round++) {
      const next = left.map((row) => row.reduce((sum, value, k) => sum + value * vector[k]!, 0));
      length = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
      vector = next.map((value) => value / length);
    }
    left = left.map((row, i) => row.map((value, j) => value - length * vector[i]! * vector[j]!));
    const projections = scaled.map((row) => row.reduce((sum, value, k) => sum + value * vector[k]!, 0));
    const largest = projections.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    const pointed = largest < 0 ? vector.map((value) => -value) : vector;
    // Standardised columns have variance 1 each.
    score += Math.sqrt(squared(z, pointed)) / (length / mean.length);
  }
  return score;
}
