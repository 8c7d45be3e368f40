/**
 * Euclidean distances of all pairs of a table, a row after the other. Twelve rows meet twelve at a time, in a
 * kernel of vectors (assembly/distances), and each pair is computed once: what the rows below will need is kept as long as it
 * fits. Sums run over the columns in order, so that every distance is the plain loop's to the last bit.
 */
import { instantiate } from '../web-assembly.js';

/** Rows of a block: a multiple of both sides of a tile. */
const blockRows = 12;
/** Columns that are looked at together. */
const stripColumns = 128;
const chunkSize = blockRows * blockRows;
/** Rows of the largest table whose distances are computed once; at most 68 MB are kept then, a quarter of the matrix. */
const defaultKeptRows = 5_832;

/** Two blocks side by side and what becomes of them. */
interface Tiles {
  /** Column after column, 12 rows each; at most 128 columns. */
  readonly ours: Float64Array;
  /** What `ours` is a copy of. */
  inPlace: Float64Array | undefined;
  readonly theirs: Float64Array;
  /** 12 x 12, the rows of `theirs` first: sums of squared differences. */
  readonly chunk: Float64Array;
  readonly kernel: DistanceKernel;
}

/** See assembly/distances, compiled to WebAssembly. */
interface DistanceKernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly ours: { readonly value: number };
  readonly theirs: { readonly value: number };
  readonly sums: { readonly value: number };
  clear(): void;
  /** Adds the squared differences of so many columns (at most 128) to the chunk. */
  add(columns: number): void;
  takeRoots(): void;
}

/** Distances between two blocks, kept until the second one's turn; the memory of those that had it is used again. */
interface Keeper {
  readonly numbers: Float64Array;
  /** Places in `numbers` by pair of blocks. */
  readonly places: Int32Array;
  readonly free: Int32Array;
  freeCount: number;
  used: number;
  /** Only the first so many blocks are kept for. */
  readonly blocks: number;
}

let sharedTiles: Tiles | undefined;

/**
 * Calls `visit` with each row's distances to all rows (its own, 0, included).
 * @param rows row-major, n x d
 * @param visit gets the row's number and n distances, which are its own to change and gone after the call
 * @param keptRows how many of the first rows find kept what the rows above them computed
 */
export function visitDistances(
  rows: Float64Array,
  rowCount: number,
  columnCount: number,
  visit: (row: number, distances: Float64Array) => void,
  keptRows: number = defaultKeptRows,
): void {
  sharedTiles ??= createTiles();
  const tiles = sharedTiles;
  tiles.inPlace = undefined;
  const blocks = Math.ceil(rowCount / blockRows);
  const stride = blocks * blockRows;
  const strips = packStrips(rows, rowCount, columnCount, blocks);
  const keeper = createKeeper(Math.min(blocks, Math.floor(keptRows / blockRows)));
  const block = new Float64Array(blockRows * stride);
  const views = Array.from({ length: blockRows }, (_, r) =>
    block.subarray(r * stride, r * stride + rowCount),
  );
  for (let index = 0; index < blocks; index++) {
    for (let other = 0; other < blocks; other++) {
      if (other < index && index < keeper.blocks) takeKept(keeper, other, index, block, stride);
      else {
        squaredDistances(tiles, strips[index] as Float64Array[], strips[other] as Float64Array[]);
        takeRoots(tiles, block, stride, other * blockRows);
        if (other > index && other < keeper.blocks) keep(keeper, index, other, tiles.chunk);
      }
    }
    for (let r = 0; r < blockRows && index * blockRows + r < rowCount; r++) {
      visit(index * blockRows + r, views[r] as Float64Array);
    }
  }
  tiles.inPlace = undefined;
}

/** Twelve rows at a time, their first column, their second, ...; rows beyond the last are zero. */
function packBlocks(rows: Float64Array, rowCount: number, columnCount: number): Float64Array {
  const packed = new Float64Array(Math.ceil(rowCount / blockRows) * blockRows * columnCount);
  for (let row = 0, at = 0; row < rowCount; row++) {
    const inBlock = row % blockRows;
    let to = (row - inBlock) * columnCount + inBlock;
    for (let k = 0; k < columnCount; k++, at++, to += blockRows) packed[to] = rows[at] as number;
  }
  return packed;
}

/** The same as views: of every block its strips of at most 128 columns. */
function packStrips(
  rows: Float64Array,
  rowCount: number,
  columnCount: number,
  blocks: number,
): Float64Array[][] {
  const packed = packBlocks(rows, rowCount, columnCount);
  const size = blockRows * columnCount;
  return Array.from({ length: blocks }, (_, index) =>
    Array.from({ length: Math.ceil(columnCount / stripColumns) }, (_, strip) => {
      const from = strip * stripColumns * blockRows;
      return packed.subarray(
        index * size + from,
        index * size + Math.min(size, from + stripColumns * blockRows),
      );
    }),
  );
}

/** The chunk of two blocks. */
function squaredDistances(tiles: Tiles, ours: Float64Array[], theirs: Float64Array[]): void {
  tiles.kernel.clear();
  for (let strip = 0; strip < ours.length; strip++) {
    const part = ours[strip] as Float64Array;
    if (tiles.inPlace !== part) tiles.ours.set(part);
    tiles.inPlace = part;
    tiles.theirs.set(theirs[strip] as Float64Array);
    tiles.kernel.add(part.length / blockRows);
  }
}

/** Made once for a process: the kernel keeps nothing between two pairs of blocks but what is in these arrays. */
function createTiles(): Tiles {
  const kernel = instantiate('distances.wasm', { env: { abort: unreachable } }) as DistanceKernel;
  const { buffer } = kernel.memory;
  const columns = blockRows * stripColumns;
  return {
    ours: new Float64Array(buffer, kernel.ours.value, columns),
    inPlace: undefined,
    theirs: new Float64Array(buffer, kernel.theirs.value, columns),
    chunk: new Float64Array(buffer, kernel.sums.value, chunkSize),
    kernel,
  };
}

function unreachable(): never {
  throw new Error('the kernel of distances failed');
}

/** Roots of the chunk's numbers, into their places of the block, too. */
function takeRoots({ chunk, kernel }: Tiles, block: Float64Array, stride: number, column: number): void {
  kernel.takeRoots();
  for (let c = 0, at = 0; c < 12; c++) {
    for (let r = 0, to = column + c; r < 12; r++, at++, to += stride) block[to] = chunk[at] as number;
  }
}

function createKeeper(blocks: number): Keeper {
  // Alive at a time: pairs of a block that had its turn with one that did not.
  const most = Math.floor(blocks / 2) * Math.ceil(blocks / 2);
  return {
    numbers: new Float64Array(most * chunkSize),
    places: new Int32Array(blocks * blocks),
    free: new Int32Array(most),
    freeCount: 0,
    used: 0,
    blocks,
  };
}

/** Keeps a chunk for block `other`, whose rows come first in it. */
function keep(keeper: Keeper, index: number, other: number, chunk: Float64Array): void {
  let place = keeper.used;
  if (keeper.freeCount > 0) {
    keeper.freeCount--;
    place = keeper.free[keeper.freeCount] as number;
  } else keeper.used++;
  keeper.places[other * keeper.blocks + index] = place;
  keeper.numbers.set(chunk, place * chunkSize);
}

/** What block `other` computed of its distances to block `index`, whose turn it is. */
function takeKept(keeper: Keeper, other: number, index: number, block: Float64Array, stride: number): void {
  const { numbers } = keeper;
  const place = keeper.places[index * keeper.blocks + other] as number;
  let at = place * chunkSize;
  for (let r = 0, to = other * blockRows; r < 12; r++, to += stride) {
    for (let c = 0; c < 12; c++, at++) block[to + c] = numbers[at] as number;
  }
  keeper.free[keeper.freeCount++] = place;
}
