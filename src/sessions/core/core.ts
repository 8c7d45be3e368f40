import { NetworkmlError } from '../../errors.js';
import { instantiate, sharedMemory } from '../../web-assembly.js';

/** A number that a core shows. */
export interface CoreNumber {
  readonly value: number;
}

/** What a module in assembly/ shows whose memory the host may take, too, which goes with the core. Places are offsets in that memory. */
export interface CoreExports {
  /** Takes so many bytes, which are zero; returns where they begin. */
  allocate(bytes: number): number;
}

/** An instance of such a module, and the views of its memory, which is shared so that views stay valid when it grows. */
export class Core<Exports extends CoreExports> {
  readonly run: Exports;
  private readonly memory = sharedMemory();
  private buffer: ArrayBufferLike = this.memory.buffer;
  private words = new Int32Array(this.buffer);
  private reals = new Float64Array(this.buffer);

  /**
   * @param name the module's file in `dist/`
   * @param host what the module asks of its host
   * @param purpose what the memory is for, for the error when none is left
   * @throws NetworkmlError NML_MEMORY, here and from all that runs in the core
   */
  constructor(name: string, host: Readonly<Record<string, unknown>>, purpose: string) {
    const outOfMemory = (): never => {
      throw new NetworkmlError('NML_MEMORY', `no memory is left for ${purpose}`);
    };
    const imports = { env: { memory: this.memory, abort: outOfMemory }, host: { ...host, outOfMemory } };
    this.run = instantiate(name, imports) as Exports;
  }

  /** All memory as 32-bit integers: the place divided by four is the index. */
  get ints(): Int32Array {
    this.look();
    return this.words;
  }

  /** All memory as doubles: the place divided by eight is the index. */
  get floats(): Float64Array {
    this.look();
    return this.reals;
  }

  /** So many bytes from a place on. */
  bytes(at: number, length: number): Uint8Array {
    this.look();
    return new Uint8Array(this.buffer, at >>> 0, length);
  }

  private look(): void {
    const { buffer } = this.memory;
    if (buffer === this.buffer) return;
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    this.reals = new Float64Array(buffer);
  }
}
