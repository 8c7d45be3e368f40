/** The plain twin of what the kernels do: softmax in place over `values[at .. at + count)`; the largest is taken off first, so nothing overflows. */
export function softmax(values: Float64Array, at: number, count: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = at; k < at + count; k++) most = Math.max(most, values[k]!);
  let sum = 0;
  for (let k = at; k < at + count; k++) {
    const power = Math.exp(values[k]! - most);
    values[k] = power;
    sum += power;
  }
  for (let k = at; k < at + count; k++) values[k] = values[k]! / sum;
}
