#!/usr/bin/env node
/**
 * Builds dist/: the library's entry points, the command line, the worker threads, the type declarations and the
 * notices of third-party code. Everything is made beside and renamed, so that nobody ever runs half of it.
 *
 *   node scripts/build.mjs [--no-types]
 */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bsd2Clause } from './bsd-2-clause.mjs';
import { commandLine, predictAlone } from './command-line-build.mjs';
import {
  compileFlow,
  compileOutliers,
  compileParquet,
  compileRoles,
  compileTable,
  compileTraining,
} from './compile-assembly.mjs';
import { makeVendors } from './make-vendors.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'dist');
const beside = join(root, `.tmp/dist-${process.pid}`);

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  splitting: true,
  outbase: 'src',
  outdir: beside,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** src/ files behind the `exports` of package.json, as far as they exist. */
function libraryEntries() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports)
    .map((entry) => (typeof entry === 'object' ? entry.default : ''))
    .filter((file) => file.startsWith('./dist/'))
    .map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))
    .filter((file) => existsSync(join(root, file)));
}

/** Every `src/**` file whose name ends in `-worker.ts`. */
function workerEntries() {
  return readdirSync(join(root, 'src'), { recursive: true })
    .filter((file) => file.endsWith('-worker.ts'))
    .map((file) => join('src', file))
    .sort();
}

/** Paths of the node_modules packages whose code is in an output. */
function packagesIn(metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
        if (match !== null && bytesInOutput > 0) folders.add(match[1]);
      }
    }
  }
  return [...folders].sort();
}

/** The licence of every bundled package (of oui-data its table is, of assemblyscript its library), in its own words. */
function notices(folders) {
  const parts = folders.map((folder) => {
    const { name, version, license, author } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e(?:[.-].*)?$/i.test(each));
    const title = `${name} ${version} (${license})`;
    if (file !== undefined) return { title, text: readFileSync(join(root, folder, file), 'utf8').trim() };
    if (license !== 'BSD-2-Clause' || author === undefined) throw new Error(`${folder} has no licence text`);
    return { title, text: bsd2Clause(author) };
  });
  const seen = new Map(parts.map((part) => [part.title, part]));
  const body = [...seen.values()].map(({ title, text }) => `${'-'.repeat(80)}\n${title}\n\n${text}\n`);
  return `The command line of networkml contains code of these packages:\n\n${body.join('\n')}`;
}

function declarations() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--outDir', join(beside, 'types')], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (run.status !== 0) throw new Error('the type declarations could not be written');
  // Nobody imports the command line.
  rmSync(join(beside, 'types/cli'), { recursive: true, force: true });
}

/** Puts the new dist/ where the old one was. */
function swap() {
  const old = `${beside}.old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(beside, target);
  rmSync(old, { recursive: true, force: true });
}

/** What V8 makes of the command line when it looks at an example: see scripts/cli-loader.cjs. */
function keepCompiledCode(command) {
  const example = join(root, 'examples/Printer-lab0001print1-Tue1215-135-n00.pcap');
  const script = join(root, 'scripts/make-code-cache.cjs');
  const run = spawnSync(process.execPath, [script, join(target, 'cli'), command, example], {
    stdio: 'inherit',
  });
  if (run.status !== 0) console.error('build: without compiled code: the command line starts slower');
}

async function main() {
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  const workers = workerEntries();
  const results = [
    await build({
      ...common,
      entryPoints: [...libraryEntries(), ...workers],
      chunkNames: 'chunks/[name]-[hash]',
    }),
  ];
  for (const options of [commandLine, predictAlone]) {
    results.push(await build({ ...common, ...options }));
    const file = `${options.entryPoints[0].out}.cjs`;
    const beyondAscii = readFileSync(join(beside, file)).find((byte) => byte > 127);
    if (beyondAscii !== undefined) throw new Error(`${file} is read as ASCII by scripts/cli-loader.cjs`);
  }
  copyFileSync(join(root, 'scripts/cli-loader.cjs'), join(beside, 'cli/main.cjs'));
  chmodSync(join(beside, 'cli/main.cjs'), 0o755);
  writeFileSync(
    join(beside, 'THIRD_PARTY_NOTICES'),
    notices([
      ...packagesIn(results.map(({ metafile }) => metafile)),
      'node_modules/oui-data',
      'node_modules/assemblyscript',
    ]),
  );
  makeVendors(root, beside);
  writeFileSync(join(beside, 'flow.wasm'), await compileFlow(root));
  writeFileSync(join(beside, 'table.wasm'), await compileTable(root));
  writeFileSync(join(beside, 'outliers.wasm'), await compileOutliers(root));
  writeFileSync(join(beside, 'parquet.wasm'), await compileParquet(root));
  writeFileSync(join(beside, 'training.wasm'), await compileTraining(root));
  writeFileSync(join(beside, 'roles.wasm'), await compileRoles(root));
  if (!process.argv.includes('--no-types')) declarations();
  swap();
  for (const command of ['predict', 'sessions']) keepCompiledCode(command);
}

try {
  await main();
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(resolve(beside), { recursive: true, force: true });
}
