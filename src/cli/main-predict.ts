/**
 * Entry of `networkml predict`, for a file of its own: the same command line, but the only command whose code it holds. It is
 * half as much to read (scripts/command-line-build.mjs), and the command most used.
 */

import { commandList } from './commands.js';
import { predict } from './predict.js';
import { run } from './run.js';

const commands = commandList.map((entry) =>
  entry.name === 'predict' ? { ...entry, load: async () => predict } : entry,
);
run(process.argv.slice(2), commands).then((code) => {
  process.exitCode = code;
});
