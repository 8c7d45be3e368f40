/** How the command line becomes one file (esbuild's options), for the build and for benchmarks of other builds. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The width of a text on a terminal is measured by our own function in the bundled yargs too: the package it would
 * load compiles a pattern of all emoji at start, which takes longer than all the rest of it.
 */
const ownStringWidth = {
  name: 'own-string-width',
  setup(context) {
    context.onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'own' }));
    context.onLoad({ filter: /.*/, namespace: 'own' }, () => ({
      contents: `export { displayWidth as default } from './src/report/escape.ts';`,
      resolveDir: root,
    }));
  },
};

/**
 * Of Node's assert yargs takes two checks, which compare here and load the module only to complain: loading it takes longer
 * than reading the words.
 */
const lateAssert = {
  name: 'late-assert',
  setup(context) {
    const checks = { strictEqual: '!Object.is(a, b)', notStrictEqual: 'Object.is(a, b)' };
    context.onResolve({ filter: /^assert$/ }, () => ({ path: 'assert', namespace: 'late' }));
    context.onLoad({ filter: /.*/, namespace: 'late' }, () => ({
      contents: Object.entries(checks)
        .map(([name, wrong]) => {
          const complain = `require('node:assert').${name}(a, b, said)`;
          return `export const ${name} = (a, b, said) => { if (${wrong}) ${complain}; };`;
        })
        .join('\n'),
    }));
  },
};

/**
 * yargs compares the arguments of each call with a description in words, which it takes apart anew every time; our calls are
 * compared with its types when they are compiled.
 */
const typedCalls = {
  name: 'typed-calls',
  setup(context) {
    context.onLoad({ filter: /yargs\/build\/lib\/argsert\.js$/ }, () => ({
      contents: 'export function argsert() {}',
    }));
  },
};

/** Modules of Node that most runs need nothing of are loaded when something of them is. */
const lateModules = {
  name: 'late-modules',
  setup(context) {
    const wanted = ['os', 'readline', 'worker_threads', 'zlib'];
    const filter = new RegExp(`^node:(?:${wanted.join('|')})$`);
    context.onResolve({ filter }, ({ path, namespace }) =>
      namespace === 'late-modules' ? { path, external: true } : { path, namespace: 'late-modules' },
    );
    context.onLoad({ filter: /.*/, namespace: 'late-modules' }, ({ path }) => ({
      contents: Object.keys(createRequire(import.meta.url)(path))
        .map(
          (name) =>
            `Object.defineProperty(exports, '${name}', { get: () => require('${path}').${name}, enumerable: true });`,
        )
        .join('\n'),
    }));
  },
};

/**
 * The command line is one CommonJS file: a loader of ECMAScript modules and a dozen small files cost a third of the
 * whole run of a small capture (bench/README.md). Commands are still compiled only when they are called.
 */
export const commandLine = {
  entryPoints: [{ in: 'src/cli/main.ts', out: 'cli/app' }],
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  splitting: false,
  minify: true,
  // With characters beyond ASCII the whole file would be a string of two bytes a character, which is slower to read.
  charset: 'ascii',
  // yargs would open the stream of standard output to ask for a width that it is told: see standard-streams.ts.
  define: { 'import.meta.url': 'ownUrl', 'process.stdout.columns': 'undefined' },
  banner: { js: 'const ownUrl = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [ownStringWidth, lateAssert, typedCalls, lateModules],
  // Only the service needs them: in the file they would double what every other command has to read at its start.
  external: ['@nats-io/*', 'pino'],
};

/** Leaves out what only other commands need; they are not called from this file. */
const oneCommand = {
  name: 'one-command',
  setup(context) {
    context.onResolve({ filter: /^\.\// }, ({ path, kind, importer }) =>
      kind === 'dynamic-import' && importer.endsWith('src/cli/commands.ts')
        ? { path, external: true }
        : undefined,
    );
  },
};

/** `networkml predict` in a file of its own: see src/cli/main-predict.ts. */
export const predictAlone = {
  ...commandLine,
  entryPoints: [{ in: 'src/cli/main-predict.ts', out: 'cli/predict' }],
  plugins: [...commandLine.plugins, oneCommand],
};
