#!/usr/bin/env node
/**
 * What classification adds to `networkml predict` of one capture in a fresh process, two ways. By marks in the command
 * itself: reading the classifier's arrays (and comparing their digests), putting it together, and judging the role with its
 * reasons, each for the first time. And by whole processes in changing order: the command as it is, against a build of the
 * same source that puts no classifier together, compares the digests of its arrays only, and gives the same answer.
 * Last, judging again and again in one process.
 *
 *   npm run build
 *   node bench/classify.mjs [CAPTURE ...] [--runs 41]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, stop } from 'esbuild';
import { predictAlone } from '../scripts/command-line-build.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '41' } },
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const captures =
  positionals.length > 0
    ? positionals
    : [
        'Printer-lab0001print2-Tue1215-136-n00.pcap',
        'BusinessWorkstation-lab0001desk1-Tue1215-136-n00.pcap',
      ].map((name) => join(root, 'examples', name));
const folder = join(root, '.tmp', `classify-${process.pid}`);
const AGAIN = 2000;

/** The two modules that classification goes through, as others see them: with marks around them. */
const marked = {
  'judge-role': `
    import { judgeRole as own } from './judge-role.ts';
    export const judgeRole = (...given) => {
      const answer = timed('judge', () => own(...given));
      const again = Array.from({ length: Number(process.env.AGAIN ?? 0) }, () => {
        const start = performance.now();
        own(...given);
        return performance.now() - start;
      }).sort((a, b) => a - b);
      if (again.length > 0) marks.again = again[again.length >> 1];
      return answer;
    };`,
  'load-classifier': `
    import { loadClassifier as own } from './load-classifier.ts';
    export const loadClassifier = (bundle, name, read) =>
      timed('load', () => own(bundle, name, (...asked) => timed('read', () => read(...asked))));`,
};
const marks = `
  const marks = (globalThis.marks ??= {});
  function timed(name, work) {
    const start = performance.now();
    const result = work();
    marks[name] = performance.now() - start;
    return result;
  }
  globalThis.said ??= process.on('exit', () => require('node:fs').writeSync(2, JSON.stringify(marks)));`;

/** The same two without classification: the answer is one that was given before. */
const absent = (role) => ({
  'judge-role': `
    const role = ${JSON.stringify(role)};
    const rest = (1 - role.top.reduce((sum, { confidence }) => sum + confidence, 0)) / 25;
    export function judgeRole(seen, { roles }) {
      const others = roles.filter((one) => !role.top.some((top) => top.role === one));
      const ranking = [...role.top, ...others.map((other) => ({ role: other, confidence: rest }))];
      return { role, ranking, score: role.confidence, byHints: false };
    }`,
  'load-classifier': `
    export const loadClassifier = (bundle, name) => ({ model: { kind: name } });`,
});

/** Replaces modules of src/pipeline for all that import them, but not for their replacements. */
function replaced(modules) {
  return {
    name: 'replaced',
    setup(context) {
      context.onResolve({ filter: /\/(?:judge-role|load-classifier)\.[jt]s$/ }, ({ path, namespace }) =>
        namespace === 'replaced'
          ? { path: join(root, 'src/pipeline', path) }
          : { path: basename(path, '.js'), namespace: 'replaced' },
      );
      context.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({
        contents: modules[path],
        resolveDir: join(root, 'src/pipeline'),
      }));
    },
  };
}

/** A package like this one whose command line has other modules. */
async function variant(name, modules, capture) {
  const own = join(folder, name);
  mkdirSync(join(own, 'dist/cli'), { recursive: true });
  for (const file of ['package.json', 'models']) symlinkSync(join(root, file), join(own, file));
  cpSync(join(root, 'dist'), join(own, 'dist'), {
    recursive: true,
    filter: (file) => !/\/(?:types|cli\/predict\.)/.test(file),
  });
  await build({
    ...predictAlone,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    outdir: join(own, 'dist'),
    plugins: [...predictAlone.plugins, ...(modules === undefined ? [] : [replaced(modules)])],
  });
  const cache = join(root, 'scripts/make-code-cache.cjs');
  spawnSync(process.execPath, [cache, join(own, 'dist/cli'), 'predict', capture]);
  return join(own, 'dist/cli/main.cjs');
}

/** Milliseconds of a whole process, and what it says on standard error. */
function once(program, capture, again = 0) {
  const start = performance.now();
  const run = spawnSync(process.execPath, [program, 'predict', capture, '--quiet', '-o', '/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, AGAIN: String(again) },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return { whole: performance.now() - start, said: run.stderr };
}

const sorted = (list) => list.toSorted((a, b) => a - b);
const at = (list, share) => sorted(list)[Math.floor((list.length - 1) * share)].toFixed(2);
const shown = (list) => `${at(list, 0.5)} (${at(list, 0)})`;

try {
  const runs = Array.from({ length: Number(values.runs) }, (_, index) => index);
  console.log(`Milliseconds, median (least) of ${runs.length} fresh processes.\n`);
  console.log(
    '| capture | read | put together | judge | last two | all three | again | whole process | the same without | median of differences (quarters) |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const capture of captures) {
    const told = spawnSync(process.execPath, [join(root, 'dist/cli/main.cjs'), 'predict', capture]);
    const { role } = JSON.parse(told.stdout);
    const timed = Object.fromEntries(Object.entries(marked).map(([name, text]) => [name, marks + text]));
    const withMarks = await variant('marks', timed, capture);
    const whole = await variant('whole', undefined, capture);
    const without = await variant('without', absent(role), capture);
    stop();
    const found = runs.map(() => JSON.parse(once(withMarks, capture).said));
    const { again } = JSON.parse(once(withMarks, capture, AGAIN).said);
    const pairs = runs.map((index) => {
      const order = index % 2 === 0 ? [whole, without] : [without, whole];
      const [first, second] = order.map((program) => once(program, capture).whole);
      return index % 2 === 0 ? [first, second] : [second, first];
    });
    const differences = pairs.map(([own, other]) => own - other);
    const cells = [
      shown(found.map(({ read }) => read)),
      shown(found.map(({ load, read }) => load - read)),
      shown(found.map(({ judge }) => judge)),
      shown(found.map(({ load, read, judge }) => load - read + judge)),
      shown(found.map(({ load, judge }) => load + judge)),
      again.toFixed(2),
      shown(pairs.map(([own]) => own)),
      shown(pairs.map(([, other]) => other)),
      `${at(differences, 0.5)} (${at(differences, 0.25)}, ${at(differences, 0.75)})`,
    ];
    console.log(`| ${basename(capture)} | ${cells.join(' | ')} |`);
    rmSync(folder, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
