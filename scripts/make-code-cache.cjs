#!/usr/bin/env node
// Predicts an example once with a freshly built command line and keeps what V8 has compiled for it beside it.
//
//   node scripts/make-code-cache.cjs DIST/cli CAPTURE
'use strict';
const { writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const vm = require('node:vm');

const [folder, capture] = process.argv.slice(2).map((path) => resolve(path));
const main = join(folder, 'main.cjs');

/** The first script that the loader makes is the command line. */
let commandLine;
vm.Script = class extends vm.Script {
  constructor(...given) {
    super(...given);
    commandLine ??= this;
  }
};
process.argv = [process.execPath, main, 'predict', '--quiet', '--output', '/dev/null', capture];
process.on('exit', () => {
  if (!process.exitCode) writeFileSync(join(folder, 'app.code'), commandLine.createCachedData());
});
require(main);
