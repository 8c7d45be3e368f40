/** What lies in assembly/ as WebAssembly, compiled by AssemblyScript's own compiler. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

/** No runtime, for nothing is allocated but by the modules themselves. */
const ALWAYS = ['--runtime', 'stub', '-O3', '--noAssert', '--enable', 'bulk-memory'];
/** Memory of the host, and shared: views of it stay valid when it grows. 65,536 pages are all that 32 bits can name. */
const SHARED = ['--enable', 'threads', '--importMemory', '--sharedMemory'];
const PAGES = ['--initialMemory', '16', '--maximumMemory', '65536'];

/** Compiles the flow core. @returns the module's bytes */
export const compileFlow = (root, entry = 'assembly/flow/index.ts') =>
  compile(root, entry, [...ALWAYS, ...SHARED, ...PAGES]);

/** Compiles the session table. @returns the module's bytes */
export const compileTable = (root) =>
  compile(root, 'assembly/table/index.ts', [...ALWAYS, ...SHARED, ...PAGES]);

/** Compiles the kernel of Parquet. @returns the module's bytes */
export const compileParquet = (root) => compile(root, 'assembly/parquet/index.ts', ALWAYS);

/** Compiles the kernels of outlier selection. @returns the module's bytes */
export const compileOutliers = (root) =>
  compile(root, 'assembly/outliers/index.ts', [...ALWAYS, ...SHARED, ...PAGES, '--enable', 'simd']);

/** Compiles the kernels of the classifiers. @returns the module's bytes */
export const compileRoles = (root) =>
  compile(root, 'assembly/roles/index.ts', [...ALWAYS, ...SHARED, ...PAGES, '--enable', 'simd']);

/** Compiles the kernels of training. @returns the module's bytes */
export const compileTraining = (root) =>
  compile(root, 'assembly/training/index.ts', [...ALWAYS, ...SHARED, ...PAGES, '--enable', 'simd']);

/** @throws Error with what the compiler says, warnings too */
async function compile(root, entry, options) {
  let binary;
  const { error, stderr } = await main([entry, '--outFile', 'module.wasm', ...options], {
    baseDir: root,
    readFile: (name) => {
      try {
        return readFileSync(join(root, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_, bytes) => {
      binary = bytes;
    },
  });
  const said = stderr.toString();
  if (error !== null || said !== '' || binary === undefined) throw new Error(`${entry}: ${said || error}`);
  return binary;
}
