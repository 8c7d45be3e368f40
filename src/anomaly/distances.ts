/**
 * Euclidean distances of all pairs of a table, a row after the other. Twelve rows meet twelve at a time, in a
 * kernel of vectors (assembly/outliers), and each pair is computed once: what the rows below will need is kept as long as it
 * fits. Sums run over the columns in order, so that every distance is the plain loop's to the last bit.
 */
import { type KernelDoubles, type OutlierKernel, takeBytes } from './outlier-kernel.js';

/** Rows of a block: a multiple of both sides of the kernel's tile. */
const blockRows = 12;
const chunkBytes = blockRows * blockRows * 8;
/** Rows of the largest table whose distances are computed once; at most 68 MB are kept then, a quarter of the matrix. */
const defaultKeptRows = 5_832;

/** Distances between two blocks, kept until the second one's turn; the memory of those that had it is used again. */
interface Keeper {
  readonly at: number;
  /** Places by pair of blocks. */
  readonly places: Int32Array;
  readonly free: Int32Array;
  freeCount: number;
  used: number;
  /** Only the first so many blocks are kept for. */
  readonly blocks: number;
}

/**
 * Calls `visit` with each row's distances to all rows (its own, 0, included).
 * @param kernel in whose memory this happens; it keeps what it takes
 * @param rows row-major, n x d
 * @param visit gets the row's number and n distances with room for one more; its own to change and gone after the call
 * @param keptRows how many of the first rows find kept what the rows above them computed
 * @throws NetworkmlError NML_MEMORY
 */
export function visitDistances(
  kernel: OutlierKernel,
  rows: Float64Array,
  rowCount: number,
  columnCount: number,
  visit: (row: number, distances: KernelDoubles) => void,
  keptRows: number = defaultKeptRows,
): void {
  const { run, memory } = kernel;
  const blocks = Math.ceil(rowCount / blockRows);
  const packed = packBlocks(kernel, rows, rowCount, columnCount, blocks);
  const keeper = createKeeper(kernel, Math.min(blocks, Math.floor(keptRows / blockRows)));
  const stride = (blocks * blockRows + 4) * 8;
  const block = takeBytes(kernel, blockRows * stride);
  const planned = takeBytes(kernel, blocks * 4);
  const places = new Uint32Array(memory.buffer, planned, blocks);
  const views = Array.from({ length: blockRows }, (_, r): KernelDoubles => {
    const at = block + r * stride;
    return { at, numbers: new Float64Array(memory.buffer, at, rowCount) };
  });
  for (let index = 0; index < blocks; index++) {
    for (let other = 0; other < blocks; other++) places[other] = placeOf(keeper, index, other);
    run.measureBlock(packed, index, blocks, columnCount, planned, block, stride);
    for (let r = 0; r < blockRows && index * blockRows + r < rowCount; r++) {
      visit(index * blockRows + r, views[r] as KernelDoubles);
    }
  }
}

/** Twelve rows at a time, their first column, their second, ...; rows beyond the last are zero. @returns where they lie */
function packBlocks(
  kernel: OutlierKernel,
  rows: Float64Array,
  rowCount: number,
  columnCount: number,
  blocks: number,
): number {
  const count = blocks * blockRows * columnCount;
  const at = takeBytes(kernel, count * 8);
  const packed = new Float64Array(kernel.memory.buffer, at, count).fill(0);
  for (let row = 0, from = 0; row < rowCount; row++) {
    const inBlock = row % blockRows;
    let to = (row - inBlock) * columnCount + inBlock;
    for (let k = 0; k < columnCount; k++, from++, to += blockRows) packed[to] = rows[from] as number;
  }
  return at;
}

function createKeeper(kernel: OutlierKernel, blocks: number): Keeper {
  // Alive at a time: pairs of a block that had its turn with one that did not.
  const most = Math.floor(blocks / 2) * Math.ceil(blocks / 2);
  return {
    at: takeBytes(kernel, most * chunkBytes),
    places: new Int32Array(blocks * blocks),
    free: new Int32Array(most),
    freeCount: 0,
    used: 0,
    blocks,
  };
}

/** Where the distances of block `index`, whose turn it is, to block `other` are or will be kept; 0: nowhere. */
function placeOf(keeper: Keeper, index: number, other: number): number {
  const { at, places, free, blocks } = keeper;
  if (index === other || Math.max(index, other) >= blocks) return 0;
  if (other < index) {
    const place = places[index * blocks + other] as number;
    free[keeper.freeCount++] = place;
    return at + place * chunkBytes;
  }
  let place = keeper.used;
  if (keeper.freeCount > 0) {
    keeper.freeCount--;
    place = free[keeper.freeCount] as number;
  } else keeper.used++;
  places[other * blocks + index] = place;
  return at + place * chunkBytes;
}
