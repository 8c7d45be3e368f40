/** Work that can begin before the command line is understood. */

import { statSync } from 'node:fs';

/**
 * Starts the hashing thread of `predict` when one of the words is a large file: the thread starts while the parser of the
 * command line and the bundle are still being loaded. Whatever the words turn out to mean, nothing depends on it.
 */
export function warmUp(words: readonly string[]): void {
  if (words[0] !== 'predict') return;
  const sizes = words.slice(1).map((word) => {
    const status = statSync(word, { throwIfNoEntry: false });
    return status?.isFile() === true ? status.size : 0;
  });
  const largest = Math.max(0, ...sizes);
  if (largest < WORTH_A_THREAD_BYTES) return;
  import('../pcap/index.js').then(
    ({ warmUpDigest }) => warmUpDigest(largest),
    () => {},
  );
}

/** Below this the reader would not start a thread either. */
const WORTH_A_THREAD_BYTES = 32 * 1024 * 1024;
