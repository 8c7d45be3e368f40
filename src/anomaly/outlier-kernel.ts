/** The kernels of assembly/outliers, compiled to WebAssembly, and their memory. */
import { NetworkmlError } from '../errors.js';
import { instantiate, sharedMemory, type WasmMemory } from '../web-assembly.js';

/** Places are bytes from the beginning of the memory; see assembly/outliers for what each function does. */
export interface OutlierExports {
  /** Entries of the table that `addUp` reads: `2^(-i / 128)`. */
  readonly powers: { readonly value: number };
  allocate(bytes: number): number;
  /** Where what is taken next will begin: kept, and put back, it gives back all that was taken in between. */
  readonly top: { value: number };

  summarize(distances: number, count: number, self: number, out: number): void;
  estimate(distances: number, count: number, self: number, nearest: number, beta: number, out: number): void;
  addUp(
    distances: number,
    count: number,
    self: number,
    nearest: number,
    beta: number,
    weights: number,
    out: number,
  ): void;
  multiplyByUnbound(
    products: number,
    distances: number,
    weights: number,
    count: number,
    nearest: number,
    shift: number,
    share: number,
  ): void;
  affinitySum(distances: number, count: number, self: number, beta: number, work: number): number;

  measureBlock(
    packed: number,
    index: number,
    blocks: number,
    columns: number,
    places: number,
    out: number,
    stride: number,
  ): void;

  holdReference(
    points: number,
    tokens: number,
    count: number,
    columns: number,
    betas: number,
    logSums: number,
    work: number,
  ): void;
  scoreUnits(units: number, tokens: number, count: number, out: number): void;
  distancesOfFour(units: number, tokens: number, out: number): void;
  scoreOfDistances(distances: number, out: number): void;
  scaleUnits(
    numbers: number,
    count: number,
    columns: number,
    medians: number,
    factors: number,
    aboveOnly: number,
    to: number,
  ): void;
}

/** One instance; what is taken of its memory goes when the instance does, or by `release`. */
export interface OutlierKernel {
  readonly run: OutlierExports;
  readonly memory: WasmMemory;
}

/** Numbers in the memory of a kernel. */
export interface KernelDoubles {
  readonly at: number;
  readonly numbers: Float64Array;
}

const tableSteps = 128;

/** An instance with memory of its own. @throws NetworkmlError NML_MEMORY where addresses are limited */
export function createOutlierKernel(): OutlierKernel {
  const memory = sharedMemory();
  const run = instantiate('outliers.wasm', {
    env: { memory, abort: unreachable },
    host: { log: Math.log },
  }) as OutlierExports;
  const powers = new Float64Array(memory.buffer, run.powers.value, tableSteps);
  for (let i = 0; i < tableSteps; i++) powers[i] = 2 ** (-i / tableSteps);
  return { run, memory };
}

/** The place of so many bytes, at the beginning of a cache line. @throws NetworkmlError NML_MEMORY */
export function takeBytes({ run }: OutlierKernel, bytes: number): number {
  const at = run.allocate(bytes) >>> 0;
  if (at === 0) {
    throw new NetworkmlError('NML_MEMORY', `no memory is left for ${bytes} bytes of outlier selection`, {
      hint: 'score fewer rows or columns at a time',
    });
  }
  return at;
}

/** Room for so many doubles, and some behind them. @throws NetworkmlError NML_MEMORY */
export function takeDoubles(kernel: OutlierKernel, count: number): KernelDoubles {
  const at = takeBytes(kernel, (count + 4) * 8);
  return { at, numbers: new Float64Array(kernel.memory.buffer, at, count) };
}

function unreachable(): never {
  throw new Error('a kernel of outlier selection failed');
}
