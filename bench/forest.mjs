#!/usr/bin/env node
/**
 * Our random forest against scikit-learn's (Debian's python3-sklearn) and ml-random-forest on the same rows: sessions of
 * the 4,104 layout, drawn from captures of known roles. One thread each; CPU seconds of the fit alone, the least of several runs.
 *
 *   node bench/forest.mjs DIR-OF-CAPTURES [ROWS] [TREES]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../dist/math/index.js';
import { readCorpus } from '../dist/pipeline/index.js';
import { trainForest } from '../dist/roles/index.js';

const [captures, rowsText = '5000', treesText = '100'] = process.argv.slice(2);
if (captures === undefined) throw new Error('usage: forest.mjs DIR-OF-CAPTURES [ROWS] [TREES]');
const wanted = Number(rowsText);
const trees = Number(treesText);
const RUNS = 5;

/** Sessions drawn at random, each with the vector, the role, and the balanced weight of its capture. */
async function drawRows() {
  const { set } = await readCorpus([captures], { deviceFrom: 'labels' });
  const random = createRandom(1);
  const all = set.examples.flatMap(({ rows, counts, label }) =>
    Array.from(rows).flatMap((row, i) => new Array(counts[i]).fill({ row, label })),
  );
  const drawn = Array.from({ length: wanted }, () => all[random.below(all.length)]);
  const perRole = new Map();
  for (const { label } of drawn) perRole.set(label, (perRole.get(label) ?? 0) + 1);
  return {
    set,
    drawn: drawn.map((one) => ({ ...one, weight: wanted / perRole.size / perRole.get(one.label) })),
  };
}

/** Equal rows are one item with copies: what `forestItems` does for captures. */
function itemsOf(set, drawn) {
  const items = new Map();
  for (const { row, label, weight } of drawn) {
    const key = `${row} ${label}`;
    const known = items.get(key) ?? { row, label, weight, copies: 0 };
    known.copies++;
    items.set(key, known);
  }
  const list = [...items.values()];
  return {
    rows: set.rows,
    classCount: set.roles.length,
    row: Uint32Array.from(list, ({ row }) => row),
    label: Uint32Array.from(list, ({ label }) => label),
    copies: Uint32Array.from(list, ({ copies }) => copies),
    weight: Float64Array.from(list, ({ weight }) => weight),
  };
}

function best(run) {
  let least = Number.POSITIVE_INFINITY;
  let result;
  for (let i = 0; i < RUNS; i++) {
    const start = process.cpuUsage();
    result = run();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return { seconds: least, result };
}

/** scikit-learn reads the rows as lists of columns; dense and sparse input are both timed. */
const python = `
import json, sys, time
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.ensemble import RandomForestClassifier
d = json.load(open(sys.argv[1]))
n = len(d['label'])
x = np.zeros((n, 4104), dtype=np.float32)
for i, columns in enumerate(d['columns']):
    x[i, columns] = 1
for name, data in (('dense', x), ('sparse', csr_matrix(x))):
    least = 1e9
    for _ in range(${RUNS}):
        forest = RandomForestClassifier(${trees}, max_features='sqrt', oob_score=True, n_jobs=1, random_state=1)
        timed = RandomForestClassifier(${trees}, max_features='sqrt', n_jobs=1, random_state=1)
        start = time.process_time()
        timed.fit(data, d['label'], sample_weight=d['weight'])
        least = min(least, time.process_time() - start)
    forest.fit(data, d['label'], sample_weight=d['weight'])
    print(json.dumps({'input': name, 'seconds': least, 'oob': forest.oob_score_}))
`;

const { set, drawn } = await drawRows();
const items = itemsOf(set, drawn);
const about = { layout: set.layout, roles: set.roles };
const own = best(() => trainForest(about, itemsOf(set, drawn), { seed: 1, trees }));
console.log(
  `networkml: ${own.seconds.toFixed(3)} s, out of bag ${own.result.outOfBag.accuracy.toFixed(4)} (${items.row.length} distinct rows)`,
);

const folder = mkdtempSync(join(tmpdir(), 'networkml-bench-'));
try {
  const { start, indices } = set.rows;
  const columns = drawn.map(({ row }) => Array.from(indices.subarray(start[row], start[row + 1])));
  const file = join(folder, 'rows.json');
  const label = drawn.map((one) => one.label);
  writeFileSync(file, JSON.stringify({ columns, label, weight: drawn.map(({ weight }) => weight) }));
  const run = spawnSync('/usr/bin/python3', ['-c', python, file], { encoding: 'utf8' });
  if (run.status !== 0) console.log(`scikit-learn: not measured (${run.stderr.trim().split('\n').at(-1)})`);
  for (const line of (run.stdout ?? '').trim().split('\n').filter(Boolean)) {
    const { input, seconds, oob } = JSON.parse(line);
    console.log(
      `scikit-learn, ${input}: ${seconds.toFixed(3)} s, out of bag ${oob.toFixed(4)}, ${(seconds / own.seconds).toFixed(1)} x ours`,
    );
  }
  const { RandomForestClassifier } = await import('ml-random-forest');
  const few = 2;
  const used = [...new Set(columns.flat())].sort((a, b) => a - b);
  const dense = columns.map((own) => used.map((column) => (own.includes(column) ? 1 : 0)));
  const options = {
    nEstimators: few,
    seed: 1,
    maxFeatures: Math.floor(Math.sqrt(used.length)),
    replacement: true,
    // Of so few trees there are rows that none leaves out.
    noOOB: true,
  };
  const begun = process.cpuUsage();
  new RandomForestClassifier({ ...options, useSampleBagging: true }).train(dense, label);
  const { user, system } = process.cpuUsage(begun);
  const each = (user + system) / 1e6 / few;
  console.log(
    `ml-random-forest: ${each.toFixed(2)} s a tree (used columns only), ${((each * trees) / own.seconds).toFixed(0)} x ours`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
