#!/usr/bin/env node
// Calls a command once with a freshly built command line, and keeps what V8 has compiled for it beside its file.
//
//   node scripts/make-code-cache.cjs DIST/cli COMMAND CAPTURE
'use strict';
const { writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const vm = require('node:vm');

const [place, command, capture] = process.argv.slice(2);
const main = join(resolve(place), 'main.cjs');

/** The first script that the loader makes is the command line. */
let commandLine;
let file;
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    commandLine ??= this;
    file ??= options.filename;
  }
};
process.argv = [process.execPath, main, command, '--quiet', '--output', '/dev/null', resolve(capture)];
process.on('exit', () => {
  if (!process.exitCode) writeFileSync(file.replace(/cjs$/, 'code'), commandLine.createCachedData());
});
require(main);
