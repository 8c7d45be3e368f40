#!/usr/bin/env node
/**
 * Trains the shipped bundle anew, from real captures and the lab's training table together, and writes its model card
 * and the example in README.md.
 *
 *   node scripts/train-default.mjs VERSION CAPTURES ATTACKS [--family-of PATTERN] [--bundle DIR] [--figures DIR] [--without-lab]
 *
 * CAPTURES: real captures with their label table; ATTACKS: attack captures with labels.csv; PATTERN: what it finds in a
 * device's name is its family (docs/training.md has the one of the shipped bundle). The figures of the card take much
 * longer than the training: with --figures they are kept, and a run that was cut off goes on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const shipped = join(root, 'models/default');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bundle: { type: 'string', default: shipped },
    figures: { type: 'string' },
    'family-of': { type: 'string' },
    'without-lab': { type: 'boolean', default: false },
  },
});
const [version, captures, attacks] = positionals;
if (attacks === undefined)
  throw new Error('usage: train-default.mjs VERSION CAPTURES ATTACKS [--family-of PATTERN]');

const lab = join(root, 'lab/data/lab-training.parquet');
const roles = join(root, 'lab/data/roles.csv');
const mapped = existsSync(roles) ? ['--map-roles', roles] : [];

function run(words) {
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`);
}

const besides = values['without-lab'] ? [] : ['--also', lab, ...mapped];
const named = ['--name', 'default', '--bundle-version', version, '--seed', '1'];
const views = ['--names', '--hints', '--view', 'port-protocol'];
run([
  join(root, 'dist/cli/main.cjs'),
  'train',
  captures,
  ...besides,
  '-o',
  values.bundle,
  ...views,
  ...named,
]);
const cardLab = values['without-lab'] ? [] : ['--lab', lab, ...mapped];
const figures = values.figures === undefined ? [] : ['--figures', values.figures];
const families = values['family-of'] === undefined ? [] : ['--family-of', values['family-of']];
const card = [values.bundle, captures, attacks, ...families];
run([join(root, 'scripts/make-model-card.mjs'), ...card, ...cardLab, ...figures]);
if (values.bundle === shipped) run([join(root, 'scripts/make-docs.mjs')]);
