#!/usr/bin/env node
/**
 * The lab's suspicious traffic as a second test set: captures of sites with `--attacks` are judged by a bundle, and
 * counted apart for hosts that attack, hosts that are attacked, and hosts that neither happens to.
 *
 *   lab/corpus --out DIR --runs 3 --seed 201 --seconds 60 --attacks 8 --i-am-root-in-a-throwaway-machine
 *   node scripts/judge-lab-attacks.mjs DIR [BUNDLE] [--names]
 *
 * The sites' seeds must not be among those that the bundle was trained on.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadBundle, predictCapture } from '../dist/pipeline/index.js';

const readNames = process.argv.includes('--names');
const [folder, bundlePath] = process.argv.slice(2).filter((word) => word !== '--names');
if (folder === undefined) throw new Error('usage: judge-lab-attacks.mjs DIR [BUNDLE] [--names]');

const [head, ...lines] = readFileSync(join(folder, 'manifest.csv'), 'utf8').trim().split(/\r?\n/);
const names = head.split(',');
const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
const targets = new Set(
  rows.flatMap(({ site, attackTargets }) => attackTargets.split(' ').map((host) => `${site} ${host}`)),
);

const groups = { attacker: [], target: [], other: [] };
const kinds = new Map();
const bundle = await loadBundle(bundlePath);
for (const row of rows) {
  const group = row.attack !== '' ? 'attacker' : targets.has(`${row.site} ${row.host}`) ? 'target' : 'other';
  const { anomaly, role } = await predictCapture(join(folder, row.file), bundle, {
    device: row.mac,
    names: readNames,
  });
  groups[group].push({ anomaly, right: role.top[0]?.role === row.role });
  if (group !== 'attacker') continue;
  const kind = kinds.get(row.attack) ?? { found: 0, of: 0 };
  kinds.set(row.attack, {
    found: kind.found + Number(anomaly.verdict === 'anomalous'),
    of: kind.of + 1,
  });
}

for (const [group, judged] of Object.entries(groups)) {
  const evaluated = judged.filter(({ anomaly }) => anomaly.verdict !== 'not-evaluated');
  const alarms = evaluated.filter(({ anomaly }) => anomaly.verdict === 'anomalous').length;
  const right = judged.filter((one) => one.right).length;
  console.log(
    `${group.padEnd(9)} ${judged.length} captures, ${evaluated.length} judged, ${alarms} anomalous; right role first: ${right}`,
  );
}
const scores = (group) => groups[group].flatMap(({ anomaly }) => anomaly.score ?? []);
for (const group of ['attacker', 'target']) {
  console.log(`AUC of ${group} against other: ${area(scores(group), scores('other')).toFixed(3)}`);
}
for (const [kind, { found, of }] of [...kinds].sort()) console.log(`  ${kind.padEnd(16)} ${found} of ${of}`);

/** Area under the ROC curve: the share of pairs in the right order. */
function area(above, below) {
  let sum = 0;
  for (const a of above) for (const b of below) sum += a > b ? 1 : a === b ? 0.5 : 0;
  return sum / (above.length * below.length);
}
