#!/usr/bin/env node
// Runs the command line, which is one file, from the code that V8 compiled when the package was built: compiling it anew
// takes a fifth of the whole run of a small capture. Another version of Node refuses the compiled code, and everything is as
// without it. The command most used has a file of its own, half as long.
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const vm = require('node:vm');

const name = process.argv[2] === 'predict' ? 'predict' : 'app';
const filename = join(__dirname, `${name}.cjs`);

/** The compiled code; undefined where there is none. */
function compiled() {
  try {
    return readFileSync(join(__dirname, `${name}.code`));
  } catch {
    return undefined;
  }
}

const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
const cachedData = compiled();
const script = new vm.Script(source, {
  filename,
  ...(cachedData === undefined ? {} : { cachedData }),
});
// Compiled code has no import() of its own: see src/import-module.ts.
globalThis[Symbol.for('networkml.import')] = (name) => import(name);
script.runInThisContext()(exports, require, module, filename, __dirname);
