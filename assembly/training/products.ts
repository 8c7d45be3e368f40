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
