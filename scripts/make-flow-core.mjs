/** The flow core (assembly/flow) as WebAssembly, compiled by AssemblyScript's own compiler. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

/**
 * -O3; no runtime, for nothing is allocated but by the core itself. The memory is the host's, and shared: views of it
 * stay valid when it grows. 65,536 pages are all that 32 bits can name.
 */
const OPTIONS = [
  ['--runtime', 'stub'],
  ['-O3', '--converge', '--noAssert'],
  ['--enable', 'bulk-memory', '--enable', 'threads'],
  ['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'],
].flat();

/**
 * Compiles the core, or another entry beside it.
 * @returns the module's bytes
 * @throws Error with what the compiler says, warnings too
 */
export async function compileFlow(root, entry = 'assembly/flow/index.ts') {
  let binary;
  const { error, stderr } = await main([entry, '--outFile', 'flow.wasm', ...OPTIONS], {
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
  if (error !== null || said !== '' || binary === undefined)
    throw new Error(`the flow core: ${said || error}`);
  return binary;
}
