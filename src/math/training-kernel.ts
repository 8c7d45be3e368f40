/** The kernels of assembly/training, compiled to WebAssembly, and their memory: one instance for each thread. */
import { NetworkmlError } from '../errors.js';
import { instantiate, sharedMemory, type WasmMemory } from '../web-assembly.js';

/** Places are bytes from the beginning of the memory; see assembly/training for what each function does. */
export interface TrainingExports {
  allocate(bytes: number): number;
  /** Where what is taken next will begin: kept, and put back, it gives back all that was taken in between. */
  readonly top: { value: number };

  describe(at: number): void;
  keepEntries(
    kept: number,
    allStarts: number,
    allPlaces: number,
    allValues: number,
    toStarts: number,
    toPlaces: number,
    toValues: number,
  ): void;
  forward(): void;
  backward(): void;
  adam(
    numbers: number,
    gradients: number,
    first: number,
    second: number,
    bytes: number,
    rate: number,
    rest1: number,
    rest2: number,
    l2: number,
    decay1: number,
    decay2: number,
    tiny: number,
  ): void;
}

/** The instance of this thread. */
export interface TrainingKernel {
  readonly run: TrainingExports;
  readonly memory: WasmMemory;
}

let kernel: TrainingKernel | undefined;

/**
 * Calls a function that may take memory of this thread's kernel; what it took is given back when it returns.
 *
 * @throws NetworkmlError NML_MEMORY where addresses are limited
 */
export function withTrainingKernel<T>(use: (kernel: TrainingKernel) => T): T {
  kernel ??= createKernel();
  const before = kernel.run.top.value;
  try {
    return use(kernel);
  } finally {
    kernel.run.top.value = before;
  }
}

function createKernel(): TrainingKernel {
  const memory = sharedMemory();
  const run = instantiate('training.wasm', {
    env: { memory, abort: unreachable },
    host: { exp: Math.exp },
  }) as TrainingExports;
  return { run, memory };
}

/** Room for so many bytes, all 0 (the buffer of the memory may be another one afterwards), at the beginning of a cache line. @throws NetworkmlError NML_MEMORY */
function takeBytes({ run, memory }: TrainingKernel, bytes: number): number {
  const at = run.allocate(bytes) >>> 0;
  if (at === 0) {
    throw new NetworkmlError('NML_MEMORY', `no memory is left for ${bytes} bytes of training`, {
      hint: 'train on fewer captures',
    });
  }
  new Uint8Array(memory.buffer, at, bytes).fill(0);
  return at;
}

/** An array of doubles, all 0, in the memory of a kernel. @throws NetworkmlError NML_MEMORY */
export function takeDoubles(kernel: TrainingKernel, count: number): Float64Array {
  const at = takeBytes(kernel, count * 8);
  return new Float64Array(kernel.memory.buffer, at, count);
}

/** Words of 32 bits likewise. @throws NetworkmlError NML_MEMORY */
export function takeWords(kernel: TrainingKernel, count: number): Uint32Array {
  const at = takeBytes(kernel, count * 4);
  return new Uint32Array(kernel.memory.buffer, at, count);
}

/** Bytes likewise. @throws NetworkmlError NML_MEMORY */
export function takeOctets(kernel: TrainingKernel, count: number): Uint8Array {
  const at = takeBytes(kernel, count);
  return new Uint8Array(kernel.memory.buffer, at, count);
}

function unreachable(): never {
  throw new Error('a kernel of training failed');
}
