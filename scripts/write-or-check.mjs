/** For scripts that generate files which are kept in the repository. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

/**
 * Writes files, or with `--check` on the command line compares them with what there is.
 * @param {{ path: string, text: string }[]} files
 * @param {string} command what makes them, for the message
 * @returns {number} the exit code: 1 when a file is out of date
 */
export function writeOrCheck(files, command) {
  const stale = files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  if (process.argv.includes('--check')) {
    for (const { path } of stale) console.error(`${relative('.', path)} is out of date: run ${command}`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, text } of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${relative('.', path)}`);
  }
  return 0;
}
