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
const withMarksAround = {
  'judge-role': `
    import { judgeRole as own } from './judge-role.ts';
    export const judgeRole = (...given) => {
      const answer = timed('judge', () => own(...given));
      const again = Array.from({ length: Number(process.env.AGAIN || 0) }, () => {
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
    export function judgeRole(seen, { roles }) {
      const others = roles.filter((one) => !role.top.some((top) => top.role === one));
      const rest = (1 - role.top.reduce((sum, { confidence }) => sum + confidence, 0)) / others.length;
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

/**
 * Runs programs in changing order, as a shell runs them: from a process as heavy as this one they take 1 to 2 ms longer.
 * @returns for each run of each program, in its order, milliseconds of the whole process and what it says on standard error
 */
function runAll(programs, capture, runs) {
  const script = `
    for ((run = 0; run < $RUNS; run++)); do
      for ((step = 0; step < $#; step++)); do
        number=$(( run % 2 ? $# - step : step + 1 ))
        start=$EPOCHREALTIME
        "$NODE" "\${!number}" predict "$CAPTURE" --quiet -o /dev/null 2> "$FOLDER/said"
        end=$EPOCHREALTIME
        said=
        read -r said < "$FOLDER/said"
        echo "$number $(( \${end/./} - \${start/./} )) $said"
      done
    done`;
  const env = {
    ...process.env,
    NODE: process.execPath,
    CAPTURE: capture,
    FOLDER: folder,
    RUNS: String(runs),
  };
  const { stdout, status } = spawnSync('bash', ['-c', script, 'bash', ...programs], {
    encoding: 'utf8',
    env,
  });
  if (status !== 0) throw new Error(stdout);
  const found = programs.map(() => []);
  for (const line of stdout.trim().split('\n')) {
    const [, number, microseconds, said] = /^(\d+) (\d+) ?(.*)$/.exec(line);
    found[number - 1].push({ whole: microseconds / 1000, said });
  }
  return found;
}

const sorted = (list) => list.toSorted((a, b) => a - b);
const at = (list, share) => sorted(list)[Math.floor((list.length - 1) * share)].toFixed(2);
const shown = (list) => `${at(list, 0.5)} (${at(list, 0)})`;

try {
  const runs = Number(values.runs);
  console.log(`Milliseconds, median (least) of ${runs} fresh processes.\n`);
  console.log(
    '| capture | read | put together | judge | last two | all three | again | whole process | the same without | median of differences (quarters) |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const capture of captures) {
    const told = spawnSync(process.execPath, [join(root, 'dist/cli/main.cjs'), 'predict', capture]);
    const { role } = JSON.parse(told.stdout);
    const timed = Object.fromEntries(
      Object.entries(withMarksAround).map(([name, text]) => [name, marks + text]),
    );
    const withMarks = await variant('marks', timed, capture);
    const whole = await variant('whole', undefined, capture);
    const without = await variant('without', absent(role), capture);
    stop();
    const marked = runAll([withMarks], capture, runs)[0].map(({ said }) => JSON.parse(said));
    const [own, other] = runAll([whole, without], capture, runs).map((list) => list.map((one) => one.whole));
    const differences = own.map((time, run) => time - other[run]);
    process.env.AGAIN = String(AGAIN);
    const { again } = JSON.parse(runAll([withMarks], capture, 1)[0][0].said);
    delete process.env.AGAIN;
    const cells = [
      shown(marked.map(({ read }) => read)),
      shown(marked.map(({ load, read }) => load - read)),
      shown(marked.map(({ judge }) => judge)),
      shown(marked.map(({ load, read, judge }) => load - read + judge)),
      shown(marked.map(({ load, judge }) => load + judge)),
      again.toFixed(2),
      shown(own),
      shown(other),
      `${at(differences, 0.5)} (${at(differences, 0.25)}, ${at(differences, 0.75)})`,
    ];
    console.log(`| ${basename(capture)} | ${cells.join(' | ')} |`);
    rmSync(folder, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
