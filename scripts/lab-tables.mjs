#!/usr/bin/env node
/**
 * Makes the training tables of a lab corpus: lab/data/lab.parquet with one row for each vector of each good capture,
 * attacks included; lab/data/lab-training.parquet with one host of each role and site, which is what the shipped bundle
 * learns from; and lab/data/README.md, which says what is in them.
 *
 *   node scripts/lab-tables.mjs CORPUS [DIR] [--with-problems]
 *
 * CORPUS holds the sites (site-SEED) of a lab/corpus; captures whose check found something missing are left out unless
 * --with-problems is given. The labels (role, device, site, implementation, attack) come from the sites' plans.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TRAINING_LAYOUT } from '../dist/pipeline/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const withProblems = process.argv.includes('--with-problems');
const [corpus, target = join(root, 'lab/data')] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'));
if (corpus === undefined) throw new Error('usage: lab-tables.mjs CORPUS [DIR] [--with-problems]');

/** The finished sites, by seed. */
function sitesOf(folder) {
  return readdirSync(folder)
    .filter((name) => /^site-\d+$/.test(name) && existsSync(join(folder, name, 'plan.json')))
    .sort()
    .map((name) => ({ name, plan: JSON.parse(readFileSync(join(folder, name, 'plan.json'), 'utf8')) }))
    .filter(({ plan }) => Array.isArray(plan.captures));
}

/** What the label table says of each capture that is used. */
function labelsOf({ name, plan }) {
  return plan.captures
    .filter(({ problems }) => withProblems || problems.length === 0)
    .map((capture) => ({
      file: capture.file,
      role: capture.role,
      device: capture.file.split('-')[1],
      device_mac: capture.mac,
      site: name,
      implementation: capture.implementation,
      origin: 'lab',
      anomaly: (plan.attacks ?? []).find(({ host }) => host === capture.host)?.kind ?? '',
    }));
}

/** One normal capture of each role and site, now the first, now another. */
function oneOfEach(labels) {
  const groups = new Map();
  for (const label of labels.filter(({ anomaly }) => anomaly === '')) {
    const key = `${label.role} ${label.site}`;
    groups.set(key, [...(groups.get(key) ?? []), label]);
  }
  return [...groups.values()].map((group, index) => group[index % group.length]);
}

function csv(rows) {
  const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return [Object.keys(rows[0]), ...rows.map(Object.values)]
    .map((row) => `${row.map(cell).join(',')}\n`)
    .join('');
}

function counted(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function describe(sites, labels, { bytes, sha256 }, few) {
  const normal = labels.filter(({ anomaly }) => anomaly === '');
  const attacks = labels.filter(({ anomaly }) => anomaly !== '');
  const left = sites.reduce((sum, { plan }) => sum + plan.captures.length, 0) - labels.length;
  const roles = counted(normal.map(({ role }) => role)).sort();
  const rows = roles.map(([role, captures]) => {
    const own = normal.filter((label) => label.role === role);
    const kinds = counted(own.map(({ implementation }) => implementation));
    return `| ${role} | ${captures} | ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')} |`;
  });
  const seeds = sites.map(({ plan }) => plan.seed);
  return `# Training tables of the lab

<!-- Made by scripts/lab-tables.mjs. -->

\`lab.parquet\`: ${labels.length} captures of ${sites.length} sites of the lab (docs/lab.md), layout \`${TRAINING_LAYOUT}\` (docs/training.md),
${(bytes / 1e6).toFixed(1)} MB, SHA-256 \`${sha256}\`. ${attacks.length} of them hold suspicious traffic: training leaves them out.
${left} captures were left out because a check found something missing in them. No addresses, payload or packets are in it.

\`lab-training.parquet\`: ${few.captures} captures of it, one host of each role and site, ${(few.bytes / 1e6).toFixed(1)} MB, SHA-256 \`${few.sha256}\`:
what the shipped bundle learns from besides the real captures, so that it stays small and is soon trained.

Seeds of the sites: ${seeds.join(', ')}. The same seeds and the
same lab give the same plans, not the same packets; the lab has been mended since, some of it while these sites ran.

| role | captures | implementations |
|---|---|---|
${rows.join('\n')}
${
  attacks.length === 0
    ? ''
    : `\nSuspicious traffic: ${counted(attacks.map(({ anomaly }) => anomaly))
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ')}.\n`
}
`;
}

const sites = sitesOf(corpus);
const labels = sites.flatMap(labelsOf);
if (labels.length === 0) throw new Error(`no finished site with a good capture in ${corpus}`);
const work = mkdtempSync(join(tmpdir(), 'lab-tables-'));

/** Writes the table of some captures. */
function writeTable(name, chosen) {
  writeFileSync(join(work, 'labels.csv'), csv(chosen));
  const table = join(target, name);
  const words = [
    'features',
    ...sites.map((site) => join(corpus, site.name)),
    '--kind',
    'training',
    '--names',
    '--hints',
  ];
  const program = join(root, 'dist/cli/main.cjs');
  const files = ['--labels', join(work, 'labels.csv'), '-o', table];
  const run = spawnSync(process.execPath, [program, ...words, ...files], { stdio: 'inherit' });
  if (run.status !== 0) throw new Error(`features ended with ${run.status}`);
  const content = readFileSync(table);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { bytes: content.length, sha256, captures: chosen.length };
}

try {
  mkdirSync(target, { recursive: true });
  const all = writeTable('lab.parquet', labels);
  const few = writeTable('lab-training.parquet', oneOfEach(labels));
  writeFileSync(join(target, 'README.md'), describe(sites, labels, all, few));
  console.log(
    `${labels.length} captures of ${sites.length} sites, ${all.bytes} bytes; to learn from: ${few.captures}`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
