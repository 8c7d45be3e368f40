/**
 * Sums of products over lists of rows. A list is the places of its rows (bytes from where the first one begins) and a factor
 * for each; rows are multiples of 16 doubles long, which are eight vectors. Every sum runs over its list in order, so that it
 * is the plain loop's to the last bit.
 */

/** Bytes of the piece of a row that stays in registers while the list is run through. */
const PIECE: usize = 128;

/**
 * To each of so many sums adds, in order, factor times the row's number at its place.
 * @param bytes of the sums, a multiple of 128
 */
export function addProducts(
  sums: usize,
  bytes: usize,
  rows: usize,
  places: usize,
  factors: usize,
  count: usize,
): void {
  const end = places + (count << 2);
  for (let piece: usize = 0; piece < bytes; piece += PIECE) {
    const to = sums + piece;
    let a = v128.load(to);
    let b = v128.load(to, 16);
    let c = v128.load(to, 32);
    let d = v128.load(to, 48);
    let e = v128.load(to, 64);
    let f = v128.load(to, 80);
    let g = v128.load(to, 96);
    let h = v128.load(to, 112);
    const first = rows + piece;
    let factor = factors;
    for (let place = places; place < end; place += 4) {
      const from = first + <usize>load<u32>(place);
      const x = v128.load_splat<f64>(factor);
      a = f64x2.add(a, f64x2.mul(x, v128.load(from)));
      b = f64x2.add(b, f64x2.mul(x, v128.load(from, 16)));
      c = f64x2.add(c, f64x2.mul(x, v128.load(from, 32)));
      d = f64x2.add(d, f64x2.mul(x, v128.load(from, 48)));
      e = f64x2.add(e, f64x2.mul(x, v128.load(from, 64)));
      f = f64x2.add(f, f64x2.mul(x, v128.load(from, 80)));
      g = f64x2.add(g, f64x2.mul(x, v128.load(from, 96)));
      h = f64x2.add(h, f64x2.mul(x, v128.load(from, 112)));
      factor += 8;
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    v128.store(to, e, 64);
    v128.store(to, f, 80);
    v128.store(to, g, 96);
    v128.store(to, h, 112);
  }
}

/** The other way: to each row of the list adds its factor times the numbers `from` on. */
export function addToRows(
  from: usize,
  bytes: usize,
  rows: usize,
  places: usize,
  factors: usize,
  count: usize,
): void {
  const end = places + (count << 2);
  for (let piece: usize = 0; piece < bytes; piece += PIECE) {
    const a = v128.load(from + piece);
    const b = v128.load(from + piece, 16);
    const c = v128.load(from + piece, 32);
    const d = v128.load(from + piece, 48);
    const e = v128.load(from + piece, 64);
    const f = v128.load(from + piece, 80);
    const g = v128.load(from + piece, 96);
    const h = v128.load(from + piece, 112);
    const first = rows + piece;
    let factor = factors;
    for (let place = places; place < end; place += 4) {
      const to = first + <usize>load<u32>(place);
      const x = v128.load_splat<f64>(factor);
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(x, a)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(x, b)), 16);
      v128.store(to, f64x2.add(v128.load(to, 32), f64x2.mul(x, c)), 32);
      v128.store(to, f64x2.add(v128.load(to, 48), f64x2.mul(x, d)), 48);
      v128.store(to, f64x2.add(v128.load(to, 64), f64x2.mul(x, e)), 64);
      v128.store(to, f64x2.add(v128.load(to, 80), f64x2.mul(x, f)), 80);
      v128.store(to, f64x2.add(v128.load(to, 96), f64x2.mul(x, g)), 96);
      v128.store(to, f64x2.add(v128.load(to, 112), f64x2.mul(x, h)), 112);
      factor += 8;
    }
  }
}

/** Adds to so many sums the numbers `from` on. */
export function addNumbers(sums: usize, bytes: usize, from: usize): void {
  for (const end = sums + bytes; sums < end; sums += 16) {
    v128.store(sums, f64x2.add(v128.load(sums), v128.load(from)));
    from += 16;
  }
}

/**
 * A product of matrices: to each number of `out` adds, in order of k, left number (i, k) times right number (k, j). Two rows
 * of it are made at a time, four vectors of each.
 * @param left number (i, k) lies at `left + i * leftRow + k * leftStep`
 * @param right rows of it are `bytes` long and apart, as are those of `out`
 * @param bytes a multiple of 64
 */
export function addMatrixProduct(
  out: usize,
  left: usize,
  leftRow: usize,
  leftStep: usize,
  right: usize,
  rows: usize,
  count: usize,
  bytes: usize,
): void {
  const last = out + rows * bytes;
  for (; out + bytes < last; out += bytes << 1) {
    for (let piece: usize = 0; piece < bytes; piece += 64) {
      addTile(out + piece, left, leftRow, leftStep, right + piece, count, bytes);
    }
    left += leftRow << 1;
  }
  if (out === last) return;
  for (let k: usize = 0; k < count; k++) {
    const x = v128.load_splat<f64>(left + k * leftStep);
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(out + at, f64x2.add(v128.load(out + at), f64x2.mul(x, v128.load(right + at))));
    }
    right += bytes;
  }
}

function addTile(
  out: usize,
  left: usize,
  leftRow: usize,
  leftStep: usize,
  right: usize,
  count: usize,
  bytes: usize,
): void {
  const below = out + bytes;
  let a = v128.load(out);
  let b = v128.load(out, 16);
  let c = v128.load(out, 32);
  let d = v128.load(out, 48);
  let e = v128.load(below);
  let f = v128.load(below, 16);
  let g = v128.load(below, 32);
  let h = v128.load(below, 48);
  let other = left + leftRow;
  for (const end = right + count * bytes; right < end; right += bytes) {
    const x = v128.load_splat<f64>(left);
    const y = v128.load_splat<f64>(other);
    const p = v128.load(right);
    const q = v128.load(right, 16);
    a = f64x2.add(a, f64x2.mul(x, p));
    e = f64x2.add(e, f64x2.mul(y, p));
    b = f64x2.add(b, f64x2.mul(x, q));
    f = f64x2.add(f, f64x2.mul(y, q));
    const r = v128.load(right, 32);
    const s = v128.load(right, 48);
    c = f64x2.add(c, f64x2.mul(x, r));
    g = f64x2.add(g, f64x2.mul(y, r));
    d = f64x2.add(d, f64x2.mul(x, s));
    h = f64x2.add(h, f64x2.mul(y, s));
    left += leftStep;
    other += leftStep;
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(below, e);
  v128.store(below, f, 16);
  v128.store(below, g, 32);
  v128.store(below, h, 48);
}
