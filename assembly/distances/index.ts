/**
 * Squared Euclidean distances between two blocks of twelve rows; see src/anomaly/distances.ts. Two rows lie side by side in
 * a vector, and six rows meet three in a tile, which is as many sums as stay in registers. Every sum runs over the columns in
 * order, so that it is the plain loop's to the last bit.
 */

const ROWS: usize = 12;
const ROW_BYTES: usize = ROWS * 8;

/** Two blocks of 128 columns at most, column after column, and their 12 x 12 sums, rows of the second block first. */
export const ours: usize = memory.data(12 * 128 * 8, 64);
export const theirs: usize = memory.data(12 * 128 * 8, 64);
export const sums: usize = memory.data(12 * 12 * 8, 64);

/** Forgets the sums. */
export function clear(): void {
  memory.fill(sums, 0, ROWS * ROW_BYTES);
}

/** Adds the squared differences of so many columns to the sums. */
export function add(columns: usize): void {
  for (let c: usize = 0; c < ROW_BYTES; c += 24) {
    for (let r: usize = 0; r < ROW_BYTES; r += 48) addTile(columns, r, c);
  }
}

/** @param r where the six rows of ours begin in a column, bytes; `c` the same for the three of theirs */
function addTile(columns: usize, r: usize, c: usize): void {
  const to = sums + c * ROWS + r;
  let a0 = v128.load(to);
  let b0 = v128.load(to, 16);
  let c0 = v128.load(to, 32);
  let a1 = v128.load(to, 96);
  let b1 = v128.load(to, 112);
  let c1 = v128.load(to, 128);
  let a2 = v128.load(to, 192);
  let b2 = v128.load(to, 208);
  let c2 = v128.load(to, 224);
  let left = ours + r;
  let right = theirs + c;
  for (let k: usize = 0; k < columns; k++) {
    const a = v128.load(left);
    const b = v128.load(left, 16);
    const d = v128.load(left, 32);
    const x = v128.load_splat<f64>(right);
    a0 = f64x2.add(a0, squareOf(f64x2.sub(a, x)));
    b0 = f64x2.add(b0, squareOf(f64x2.sub(b, x)));
    c0 = f64x2.add(c0, squareOf(f64x2.sub(d, x)));
    const y = v128.load_splat<f64>(right, 8);
    a1 = f64x2.add(a1, squareOf(f64x2.sub(a, y)));
    b1 = f64x2.add(b1, squareOf(f64x2.sub(b, y)));
    c1 = f64x2.add(c1, squareOf(f64x2.sub(d, y)));
    const z = v128.load_splat<f64>(right, 16);
    a2 = f64x2.add(a2, squareOf(f64x2.sub(a, z)));
    b2 = f64x2.add(b2, squareOf(f64x2.sub(b, z)));
    c2 = f64x2.add(c2, squareOf(f64x2.sub(d, z)));
    left += ROW_BYTES;
    right += ROW_BYTES;
  }
  v128.store(to, a0);
  v128.store(to, b0, 16);
  v128.store(to, c0, 32);
  v128.store(to, a1, 96);
  v128.store(to, b1, 112);
  v128.store(to, c1, 128);
  v128.store(to, a2, 192);
  v128.store(to, b2, 208);
  v128.store(to, c2, 224);
}

function squareOf(value: v128): v128 {
  return f64x2.mul(value, value);
}

/** Distances instead of their squares. */
export function takeRoots(): void {
  for (let at = sums; at < sums + ROWS * ROW_BYTES; at += 16) v128.store(at, f64x2.sqrt(v128.load(at)));
}
