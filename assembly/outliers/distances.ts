/**
 * Euclidean distances between two blocks of twelve rows; see src/anomaly/distances.ts. Two rows lie side by side in a vector,
 * and six rows meet three in a tile, which is as many sums as stay in registers. Every sum runs over the columns in order, so
 * that it is the plain loop's to the last bit.
 */

const ROWS: usize = 12;
const ROW_BYTES: usize = ROWS * 8;
const CHUNK_BYTES: usize = ROWS * ROW_BYTES;
/** Columns that are looked at together: of both blocks these stay in the nearest cache. */
const STRIP: usize = 128;

/** 12 x 12 distances that nobody keeps, rows of the second block first. */
const sums: usize = memory.data(12 * 12 * 8, 64);

/**
 * Distances of the rows of block `index` to the rows of all blocks.
 * @param packed block after block, of each its twelve rows' first column, their second, ...
 * @param places for each block where distances to it are kept: those of the blocks before are read, those of the blocks
 *   behind are written, with their rows first; 0: they are not kept
 * @param out where the first row goes; `stride` bytes on goes the second
 */
export function measureBlock(
  packed: usize,
  index: usize,
  blocks: usize,
  columns: usize,
  places: usize,
  out: usize,
  stride: usize,
): void {
  const size = columns * ROW_BYTES;
  const ours = packed + index * size;
  for (let other: usize = 0; other < blocks; other++) {
    const place = <usize>load<u32>(places + (other << 2));
    if (other < index && place !== 0) takeKept(place, out, stride);
    else {
      const to = place !== 0 ? place : sums;
      measurePair(ours, packed + other * size, columns, to);
      turnOver(to, out, stride);
    }
    out += ROW_BYTES;
  }
}

/** Distances between two blocks, their rows first. */
function measurePair(ours: usize, theirs: usize, columns: usize, to: usize): void {
  for (let at = to; at < to + CHUNK_BYTES; at += 16) v128.store(at, f64x2.splat(0));
  for (let from: usize = 0; from < columns; from += STRIP) {
    const width = min<usize>(STRIP, columns - from);
    for (let c: usize = 0; c < ROW_BYTES; c += 24) {
      for (let r: usize = 0; r < ROW_BYTES; r += 48) {
        addTile(ours + from * ROW_BYTES + r, theirs + from * ROW_BYTES + c, width, to + c * ROWS + r);
      }
    }
  }
  for (let at = to; at < to + CHUNK_BYTES; at += 16) v128.store(at, f64x2.sqrt(v128.load(at)));
}

/** Our rows' distances into their places, two by two. */
function turnOver(from: usize, out: usize, stride: usize): void {
  for (let c: usize = 0; c < ROW_BYTES; c += 16) {
    for (let to = out + c, end = to + ROWS * stride; to < end; to += stride << 1) {
      const first = v128.load(from);
      const second = v128.load(from + ROW_BYTES);
      v128.store(to, i64x2.shuffle(first, second, 0, 2));
      v128.store(to + stride, i64x2.shuffle(first, second, 1, 3));
      from += 16;
    }
    from += ROW_BYTES;
  }
}

/** What a block before kept, into our rows. */
function takeKept(kept: usize, out: usize, stride: usize): void {
  for (const end = kept + CHUNK_BYTES; kept < end; kept += ROW_BYTES) {
    for (let at: usize = 0; at < ROW_BYTES; at += 16) v128.store(out + at, v128.load(kept + at));
    out += stride;
  }
}

/** Adds the squared differences of so many columns: six rows of ours, three of theirs. */
function addTile(left: usize, right: usize, columns: usize, to: usize): void {
  let a0 = v128.load(to);
  let b0 = v128.load(to, 16);
  let c0 = v128.load(to, 32);
  let a1 = v128.load(to, 96);
  let b1 = v128.load(to, 112);
  let c1 = v128.load(to, 128);
  let a2 = v128.load(to, 192);
  let b2 = v128.load(to, 208);
  let c2 = v128.load(to, 224);
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
