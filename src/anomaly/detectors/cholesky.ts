/** Cholesky factor of a symmetric matrix (Golub, Van Loan, Matrix Computations, section 4.2). */

/**
 * The lower triangle L with LL' = matrix, row-major; what is above the diagonal is 0.
 * @returns undefined where the matrix is not positive definite
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] as number;
      for (let k = 0; k < j; k++) {
        sum -= (factor[i * size + k] as number) * (factor[j * size + k] as number);
      }
      if (i !== j) factor[i * size + j] = sum / (factor[j * size + j] as number);
      else if (sum > 0) factor[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/**
 * Squared length of `L^-1 difference`: the squared Mahalanobis distance. Overwrites `difference`.
 * @param factor size x size lower triangle at `offset` of the array
 */
export function squaredMahalanobis(
  factor: Float64Array,
  offset: number,
  size: number,
  difference: Float64Array,
): number {
  let total = 0;
  for (let i = 0; i < size; i++) {
    const start = offset + i * size;
    let sum = difference[i] as number;
    for (let k = 0; k < i; k++) sum -= (factor[start + k] as number) * (difference[k] as number);
    const solved = sum / (factor[start + i] as number);
    difference[i] = solved;
    total += solved * solved;
  }
  return total;
}
