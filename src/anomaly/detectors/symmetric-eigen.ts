/** Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub, Van Loan, section 8.5). */

const MOST_SWEEPS = 60;

/** Falling eigenvalues; vector k is row k of `vectors` (size x size), of length 1. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** @param matrix row-major, symmetric; not changed */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let k = 0; k < size; k++) vectors[k * size + k] = 1;
  let all = 0;
  for (const value of a) all += value * value;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) off += (a[p * size + q] as number) ** 2;
    }
    if (off <= all * 1e-32) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
    }
  }
  const order = Array.from({ length: size }, (_, k) => k).sort(
    (i, j) => (a[j * size + j] as number) - (a[i * size + i] as number) || i - j,
  );
  const sorted = new Float64Array(size * size);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size);
  });
  return { values: Float64Array.from(order, (k) => a[k * size + k] as number), vectors: sorted };
}

/** Makes a[p][q] vanish. Rows of `vectors` turn along. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q] as number;
  if (apq === 0) return;
  const theta = ((a[q * size + q] as number) - (a[p * size + p] as number)) / (2 * apq);
  const sign = theta >= 0 ? 1 : -1;
  const t = sign / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const left = a[k * size + p] as number;
    const right = a[k * size + q] as number;
    a[k * size + p] = c * left - s * right;
    a[k * size + q] = s * left + c * right;
  }
  turnRows(a, size, p, q, c, s);
  turnRows(vectors, size, p, q, c, s);
}

function turnRows(m: Float64Array, size: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0, i = p * size, j = q * size; k < size; k++, i++, j++) {
    const upper = m[i] as number;
    const lower = m[j] as number;
    m[i] = c * upper - s * lower;
    m[j] = s * upper + c * lower;
  }
}
