#!/usr/bin/env node
/**
 * Our one-layer network against scikit-learn's MLPClassifier (Debian's python3-sklearn) on the same rows: sessions of the
 * 4,104 layout, drawn from every other capture of known roles; both are asked about sessions of the captures between.
 * One thread each; CPU seconds of the fit alone, the least of several runs.
 *
 *   node bench/network.mjs DIR-OF-CAPTURES [ROWS]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../dist/math/index.js';
import { readCorpus } from '../dist/pipeline/index.js';
import { oneLayerDefaults, oneLayerProbabilities, trainOneLayer } from '../dist/roles/index.js';

const [captures, rowsText = '5000'] = process.argv.slice(2);
if (captures === undefined) throw new Error('usage: network.mjs DIR-OF-CAPTURES [ROWS]');
const wanted = Number(rowsText);
const RUNS = 3;
const { hidden, epochs, learningRate, l2 } = oneLayerDefaults;

/** Sessions drawn at random from some captures. */
function drawRows(examples, seed) {
  const random = createRandom(seed);
  const all = examples.flatMap(({ rows, counts, label }) =>
    Array.from(rows).flatMap((row, i) => new Array(counts[i]).fill({ row, label })),
  );
  return Array.from({ length: wanted }, () => all[random.below(all.length)]);
}

/** Every row as a capture of its own, so that all weigh the same: MLPClassifier knows no weights. */
function setOf(set, drawn) {
  const examples = drawn.map(({ row, label }, i) => ({
    file: String(i),
    label,
    device: String(i),
    rows: Uint32Array.of(row),
    counts: Float64Array.of(1),
  }));
  return { ...set, examples };
}

/** Mean cross-entropy in nats, and share of right first answers. */
function judge(probabilities, classCount, drawn) {
  let loss = 0;
  let right = 0;
  for (const { row, label } of drawn) {
    const own = probabilities.subarray(row * classCount, (row + 1) * classCount);
    loss -= Math.log(Math.max(own[label], 1e-12)) / drawn.length;
    if (own.indexOf(Math.max(...own)) === label) right += 1 / drawn.length;
  }
  return { loss, right };
}

/** scikit-learn as it comes, and with our step, steps and batch. Its alpha is the pull on all rows together. */
const python = `
import json, sys, time, warnings
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.neural_network import MLPClassifier
warnings.filterwarnings('ignore')
d = json.load(open(sys.argv[1]))
def table(columns):
    x = np.zeros((len(columns), 4104), dtype=np.float32)
    for i, own in enumerate(columns):
        x[i, own] = 1
    return csr_matrix(x)
x, z = table(d['columns']), table(d['others'])
y, t = np.array(d['label']), np.array(d['otherLabel'])
same = dict(batch_size=len(y), max_iter=${epochs}, learning_rate_init=${learningRate}, alpha=${l2} * len(y), tol=0, n_iter_no_change=${epochs})
for name, options in (('its own settings', {}), ('our settings', same)):
    least = 1e9
    for _ in range(${RUNS}):
        net = MLPClassifier((${hidden},), random_state=1, **options)
        start = time.process_time()
        net.fit(x, y)
        least = min(least, time.process_time() - start)
    def judge(rows, labels):
        p = net.predict_proba(rows)
        place = np.searchsorted(net.classes_, labels)
        known = np.isin(labels, net.classes_)
        own = np.where(known, p[np.arange(len(labels)), np.minimum(place, p.shape[1] - 1)], 1e-12)
        right = net.classes_[p.argmax(1)] == labels
        return float(-np.log(np.maximum(own, 1e-12)).mean()), float(right.mean())
    print(json.dumps({'name': name, 'seconds': least, 'learnt': judge(x, y), 'others': judge(z, t)}))
`;

const { set } = await readCorpus([captures], { deviceFrom: 'labels' });
const drawn = drawRows(
  set.examples.filter((_, i) => i % 2 === 0),
  1,
);
const others = drawRows(
  set.examples.filter((_, i) => i % 2 === 1),
  2,
);
let seconds = Number.POSITIVE_INFINITY;
let model;
for (let run = 0; run < RUNS; run++) {
  const own = setOf(set, drawn);
  const begun = process.cpuUsage();
  model = trainOneLayer(own, Uint32Array.from(own.examples.keys()), { seed: 1, balance: 'none' });
  const { user, system } = process.cpuUsage(begun);
  seconds = Math.min(seconds, (user + system) / 1e6);
}
const perRow = oneLayerProbabilities(model, set.rows);
const line = (name, time, learnt, unseen) =>
  console.log(
    `${name}: ${time.toFixed(3)} s; rows learnt: loss ${learnt.loss.toFixed(3)}, right ${learnt.right.toFixed(3)}; ` +
      `rows of other captures: right ${unseen.right.toFixed(3)}`,
  );
const distinct = new Set(drawn.map(({ row }) => row)).size;
line(
  `networkml, ${epochs} full-batch steps (${distinct} distinct rows)`,
  seconds,
  judge(perRow, set.roles.length, drawn),
  judge(perRow, set.roles.length, others),
);

const folder = mkdtempSync(join(tmpdir(), 'networkml-bench-'));
try {
  const { start, indices } = set.rows;
  const columnsOf = (list) => list.map(({ row }) => Array.from(indices.subarray(start[row], start[row + 1])));
  const file = join(folder, 'rows.json');
  const label = drawn.map((one) => one.label);
  const otherLabel = others.map((one) => one.label);
  writeFileSync(
    file,
    JSON.stringify({ columns: columnsOf(drawn), others: columnsOf(others), label, otherLabel }),
  );
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  const run = spawnSync('/usr/bin/python3', ['-c', python, file], { encoding: 'utf8', env });
  if (run.status !== 0) console.log(`scikit-learn: not measured (${run.stderr.trim().split('\n').at(-1)})`);
  for (const text of (run.stdout ?? '').trim().split('\n').filter(Boolean)) {
    const { name, seconds: time, learnt, others: unseen } = JSON.parse(text);
    const pair = ([loss, right]) => ({ loss, right });
    line(
      `scikit-learn, ${name}, ${(time / seconds).toFixed(1)} x our time`,
      time,
      pair(learnt),
      pair(unseen),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
