#!/usr/bin/env node
/**
 * Our Stochastic Outlier Selection over a table against one in numpy and numba that goes the way pyod's does: distances
 * from one matrix product, bandwidths by a compiled bisection, then a product over the binding matrix. (pyod itself is not
 * among Debian's packages; python3-numba is.) The same random tables, one thread each, processor seconds of the
 * selection alone after one warm-up that compiles it, the least of several runs, and how far the scores are apart. Then
 * both as a user starts them, from a CSV to a column of scores: imports and compilers included, clock and processor.
 *
 *   node bench/sos.mjs [ROWS ...]        50 columns; 2000 and 5000 rows unless told otherwise
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outlierProbabilities } from '../dist/anomaly/index.js';
import { createRandom } from '../dist/math/index.js';

const COLUMNS = 50;
const RUNS = 5;
const cli = join(import.meta.dirname, '../dist/cli/main.cjs');
const PERPLEXITY = 30;
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [2000, 5000];

const python = `
import json, math, sys, time
import numpy as np
from numba import njit

@njit
def weigh(distances, beta):
    affinities = np.exp(-distances * beta)
    total = affinities.sum()
    entropy = math.log(total) + beta * np.sum(distances * affinities) / total
    return entropy, affinities

@njit
def affinity_matrix(distances, perplexity, tolerance, tries):
    n = distances.shape[0]
    out = np.zeros((n, n))
    wanted = math.log(perplexity)
    for i in range(n):
        low, high, beta = -np.inf, np.inf, 1.0
        others = np.concatenate((distances[i, :i], distances[i, i + 1:]))
        entropy, affinities = weigh(others, beta)
        gap, tried = entropy - wanted, 0
        while (np.isnan(gap) or abs(gap) > tolerance) and tried < tries:
            if np.isnan(gap):
                beta /= 10.0
            elif gap > 0:
                low = beta
                beta = beta * 2.0 if np.isinf(high) else (beta + high) / 2.0
            else:
                high = beta
                beta = beta / 2.0 if np.isinf(low) else (beta + low) / 2.0
            entropy, affinities = weigh(others, beta)
            gap, tried = entropy - wanted, tried + 1
        out[i, :i] = affinities[:i]
        out[i, i + 1:] = affinities[i:]
    return out

def select(rows):
    squares = np.sum(np.square(rows), axis=1)
    distances = np.sqrt(np.abs(squares[:, None] + squares[None, :] - 2 * rows @ rows.T))
    affinities = affinity_matrix(distances, ${PERPLEXITY}.0, 1e-5, 5000)
    binding = affinities / affinities.sum(axis=1)[:, None]
    return np.prod(1 - binding, axis=0)

if sys.argv[1].endswith('.csv'):
    np.savetxt(sys.argv[2], select(np.loadtxt(sys.argv[1], delimiter=',')), fmt='%.8f')
    sys.exit()
rows = np.fromfile(sys.argv[1], dtype=np.float64).reshape(-1, ${COLUMNS})
select(rows[:100])
least = math.inf
for _ in range(${RUNS}):
    start = time.process_time()
    scores = select(rows)
    least = min(least, time.process_time() - start)
scores.tofile(sys.argv[2])
print(json.dumps(least))
`;

const folder = mkdtempSync(join(tmpdir(), 'networkml-bench-'));
const threads = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1' };

function theirs(rows) {
  const [table, scores] = ['table', 'scores'].map((name) => join(folder, name));
  writeFileSync(table, new Uint8Array(rows.buffer));
  const run = spawnSync('/usr/bin/python3', ['-c', python, table, scores], {
    encoding: 'utf8',
    env: { ...process.env, ...threads },
  });
  if (run.status !== 0) throw new Error(`python3 with python3-numba is needed: ${run.stderr}`);
  const bytes = readFileSync(scores);
  return {
    seconds: JSON.parse(run.stdout),
    scores: new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  };
}

function ours(rows, count) {
  outlierProbabilities(rows.subarray(0, 100 * COLUMNS), 100, COLUMNS, PERPLEXITY);
  let seconds = Number.POSITIVE_INFINITY;
  let scores;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    scores = outlierProbabilities(rows, count, COLUMNS, PERPLEXITY);
    const { user, system } = process.cpuUsage(before);
    seconds = Math.min(seconds, (user + system) / 1e6);
  }
  return { seconds, scores };
}

/** Least clock and processor seconds of both as whole processes, in turn, and their peak megabytes. */
function wholeProcesses(rows, count) {
  const [csv, report] = ['table.csv', 'report'].map((name) => join(folder, name));
  const lines = Array.from({ length: count }, (_, row) =>
    rows.subarray(row * COLUMNS, (row + 1) * COLUMNS).join(),
  );
  writeFileSync(csv, `${lines.join('\n')}\n`);
  const commands = [
    [process.execPath, cli, 'sos', csv, '--perplexity', String(PERPLEXITY), '--output', join(folder, 'own')],
    ['/usr/bin/python3', '-c', python, csv, join(folder, 'other')],
  ];
  const found = commands.map(() => []);
  for (let run = 0; run < RUNS; run++) {
    for (const [which, command] of commands.entries()) {
      const ended = spawnSync('/usr/bin/time', ['-o', report, '-f', '%e %U %S %M', ...command], {
        encoding: 'utf8',
        env: { ...process.env, ...threads },
      });
      if (ended.status !== 0) throw new Error(ended.stderr || 'time(1) is needed at /usr/bin/time');
      found[which].push(readFileSync(report, 'utf8').trim().split(' ').map(Number));
    }
  }
  return found.map((runs) => ({
    clock: Math.min(...runs.map(([clock]) => clock)),
    processor: Math.min(...runs.map(([, user, system]) => user + system)),
    megabytes: Math.min(...runs.map(([, , , kilobytes]) => kilobytes / 1024)),
  }));
}

try {
  console.log(
    '| rows x columns | networkml, s | numpy and numba, s | times | largest difference |\n|---|---|---|---|---|',
  );
  const tables = sizes.map((count) => {
    const random = createRandom(count);
    return [count, Float64Array.from({ length: count * COLUMNS }, () => random.normal())];
  });
  for (const [count, rows] of tables) {
    const [own, other] = [ours(rows, count), theirs(rows)];
    const apart = own.scores.reduce((most, score, i) => Math.max(most, Math.abs(score - other.scores[i])), 0);
    const times = (other.seconds / own.seconds).toFixed(1);
    console.log(
      `| ${count} x ${COLUMNS} | ${own.seconds.toFixed(3)} | ${other.seconds.toFixed(3)} | ${times} | ${apart.toExponential(1)} |`,
    );
  }
  console.log('\n| whole process, CSV in | | clock, s | processor, s | MB |\n|---|---|---|---|---|');
  for (const [count, rows] of tables) {
    for (const [which, { clock, processor, megabytes }] of wholeProcesses(rows, count).entries()) {
      console.log(
        `| ${count} x ${COLUMNS} | ${['networkml sos', 'numpy and numba'][which]} | ${clock.toFixed(2)} | ${processor.toFixed(2)} | ${megabytes.toFixed(0)} |`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
