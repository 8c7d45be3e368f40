/** The kernels of assembly/roles, compiled to WebAssembly, and their memory. */
import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
import { instantiate, sharedMemory, type WasmMemory } from '../web-assembly.js';

/** Places are bytes from the beginning of the memory; see assembly/roles for what each function does. */
export interface RoleExports {
  allocate(bytes: number): number;
  /** Where what is taken next will begin: kept, and put back, it gives back all that was taken in between. */
  readonly top: { value: number };

  areFinite(numbers: number, count: number): number;
  areBelow(words: number, count: number, limit: number): number;
  areShortsBelow(shorts: number, count: number, limit: number): number;
  firstOutOfOrder(words: number, count: number, strictly: number): number;

  readonly wrong: { readonly value: number };
  checkForest(forest: number): number;
  answerForest(forest: number, rows: number, out: number, dense: number, batch: number): void;
  attributeForest(
    forest: number,
    rows: number,
    rowWeights: number,
    role: number,
    out: number,
    dense: number,
    batch: number,
    work: number,
  ): void;

  prepareLayer(layer: number): number;
  answerRow(layer: number, rows: number, row: number, without: number, out: number): void;
  answerRows(layer: number, rows: number, out: number): void;
  addLosses(
    layer: number,
    rows: number,
    rowShares: number,
    role: number,
    subjects: number,
    subjectCount: number,
    out: number,
  ): void;

  findDirection(
    rows: number,
    ids: number,
    counts: number,
    count: number,
    below: number,
    halvedFrom: number,
    out: number,
  ): void;
  findSimilarities(known: number, direction: number, out: number): number;
  findLikeness(known: number, similarities: number, spread: number, out: number, best: number): void;
}

/** One instance and its memory. */
export interface RoleKernel {
  readonly run: RoleExports;
  readonly memory: WasmMemory;
  /** Records of models whose arrays lie in the memory for good, by one of these arrays. */
  readonly records: WeakMap<Numbers, number>;
}

/** Any array of a model. */
export type Numbers = Float32Array | Float64Array | Uint32Array | Int32Array | Uint16Array;

/** Kernels by the buffer that the arrays of their models are views of. */
const homes = new WeakMap<ArrayBufferLike, RoleKernel>();

/** For models whose arrays lie elsewhere: they are copied for every call. */
let visited: RoleKernel | undefined;

/** Bytes of bundles in the kernels' own memory; what is gone is seen some time after it was collected. */
let held = 0;
const mostHeld = 2 ** 26;
const collected = new FinalizationRegistry<number>((bytes) => {
  held -= bytes;
});

/**
 * Memory for the arrays of a bundle, where the kernels read them without a copy; it goes when all views of it are gone.
 * What lies there must not change once a model is asked. The collector of garbage does not count this memory, so that it may
 * see no reason to work: of many bundles the later ones get ordinary memory, which it counts.
 * @throws NetworkmlError NML_MEMORY
 */
export function modelMemory(bytes: number): Uint8Array {
  if (held > 0 && held + bytes > mostHeld) return new Uint8Array(bytes);
  const kernel = createRoleKernel();
  const at = takeBytes(kernel, bytes);
  const { buffer } = kernel.memory;
  homes.set(buffer, kernel);
  held += bytes;
  collected.register(buffer, bytes);
  return new Uint8Array(buffer, at, bytes);
}

/** The kernel that an array lies in; undefined for all others. */
export function homeOf(numbers: Numbers): RoleKernel | undefined {
  return homes.get(numbers.buffer);
}

/**
 * Calls `work` with the kernel of a model, and takes back what it took of the memory. Calls are not to be nested.
 * @param numbers any array of the model
 * @param keep makes what is to stay, where the arrays do
 */
export function withKernel<T>(
  numbers: Numbers,
  work: (kernel: RoleKernel) => T,
  keep?: (kernel: RoleKernel) => void,
): T {
  const home = homeOf(numbers);
  if (home === undefined) visited ??= createRoleKernel();
  else keep?.(home);
  const kernel = home ?? (visited as RoleKernel);
  const before = kernel.run.top.value;
  try {
    return work(kernel);
  } finally {
    kernel.run.top.value = before;
  }
}

/** The place of so many bytes, at the beginning of a cache line; what is in them is left from before. @throws NetworkmlError NML_MEMORY */
export function takeBytes({ run }: RoleKernel, bytes: number): number {
  const at = run.allocate(bytes) >>> 0;
  if (at !== 0) return at;
  throw new NetworkmlError('NML_MEMORY', `no memory is left for ${bytes} bytes of a classifier`, {
    hint: 'ask about fewer captures at a time',
  });
}

/** Where an array lies; it is copied unless it lies there already. */
export function placeOf(kernel: RoleKernel, numbers: Numbers): number {
  const { buffer, byteOffset, byteLength } = numbers;
  if (homes.get(buffer) === kernel) return byteOffset;
  const at = takeBytes(kernel, byteLength);
  const copy = new Uint8Array(kernel.memory.buffer, at, byteLength);
  copy.set(new Uint8Array(buffer, byteOffset, byteLength));
  return at;
}

/** Words one after the other: a record of kernel-layout.ts in its order, or a list. */
export function putWords(kernel: RoleKernel, words: ArrayLike<number>): number {
  const at = takeBytes(kernel, words.length * 4);
  new Uint32Array(kernel.memory.buffer, at, words.length).set(words);
  return at;
}

export function putDoubles(kernel: RoleKernel, numbers: ArrayLike<number>): number {
  const at = takeBytes(kernel, numbers.length * 8);
  new Float64Array(kernel.memory.buffer, at, numbers.length).set(numbers);
  return at;
}

export function putRows(kernel: RoleKernel, { rowCount, start, indices, values }: SparseRows): number {
  return putWords(kernel, [
    rowCount,
    placeOf(kernel, start),
    placeOf(kernel, indices),
    placeOf(kernel, values),
  ]);
}

/** Doubles of the memory as an array of their own. */
export function doublesAt({ memory }: RoleKernel, at: number, count: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(count);
  copy.set(new Float64Array(memory.buffer, at, count));
  return copy;
}

function createRoleKernel(): RoleKernel {
  const memory = sharedMemory();
  const run = instantiate('roles.wasm', { env: { memory } }) as RoleExports;
  return { run, memory, records: new WeakMap() };
}
