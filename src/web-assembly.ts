/** What is used of WebAssembly's JavaScript interface, which TypeScript declares only among a browser's types. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from './errors.js';
import { packageRoot } from './package-root.js';

/** Memory of a module; `buffer` is another object once it has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

interface WasmApi {
  readonly Memory: new (wish: { initial: number; maximum: number; shared: true }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

/** Modules are compiled when they are wanted first. */
const modules = new Map<string, object>();

/**
 * An instance of a module that the build made.
 * @param name its file in `dist/`
 * @returns its exports
 */
export function instantiate(name: string, imports: object): unknown {
  const module = modules.get(name) ?? new Module(readFileSync(join(packageRoot(), 'dist', name)));
  modules.set(name, module);
  return new Instance(module, imports).exports;
}

/**
 * Memory that other views of it survive when it grows, with addresses for all that 32 bits can name; it takes only what is
 * written to.
 * @throws NetworkmlError NML_MEMORY where there are too few addresses
 */
export function sharedMemory(): WasmMemory {
  try {
    return new Memory({ initial: 16, maximum: 65_536, shared: true });
  } catch (cause) {
    throw new NetworkmlError('NML_MEMORY', 'there are not enough addresses for WebAssembly', {
      hint: 'raise the limit of addresses (ulimit -v), or set NODE_OPTIONS=--disable-wasm-trap-handler',
      cause,
    });
  }
}
