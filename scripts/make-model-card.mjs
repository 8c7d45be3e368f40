#!/usr/bin/env node
/**
 * Writes MODELCARD.md of a bundle from its manifest and from figures measured now: whole devices and whole families left
 * out with three seeds, known devices, and behaviour on attack captures.
 *
 *   node scripts/make-model-card.mjs models/default DIR-OF-CAPTURES DIR-OF-ATTACKS [LABELS-WITH-FAMILIES]
 *
 * DIR-OF-ATTACKS holds labels.csv with the columns file, role, device, device_ip. Families are left out where the label
 * table has a column of that name. The parts in prose are in scripts/model-card-text.mjs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate, evaluateBehaviourOf, loadBundle } from '../dist/pipeline/index.js';
import { licences, limits } from './model-card-text.mjs';

const [bundlePath, captures, attacks, labels] = process.argv.slice(2);
if (attacks === undefined) throw new Error('usage: make-model-card.mjs BUNDLE CAPTURES ATTACKS [LABELS]');
const SEEDS = [1, 2, 3];
const FOLDS = 8;

const bundle = await loadBundle(bundlePath);
const { manifest, sha256 } = bundle.bundle;
const table = labels === undefined ? {} : { labels };
const hasFamilies = labels !== undefined && /\bfamily\b/.test(readFileSync(labels, 'utf8').split('\n')[0]);

async function leaveOut(options) {
  const runs = [];
  for (const seed of SEEDS) {
    runs.push(
      await evaluate([captures], { grouped: FOLDS, seed, deviceFrom: 'labels', ...table, ...options }),
    );
    console.error(`left out: ${JSON.stringify(options)}, seed ${seed}`);
  }
  return runs;
}

async function behaviour() {
  const runs = [];
  for (const seed of SEEDS) {
    const { splits } = await evaluateBehaviourOf([captures], { attacks: [attacks], seed, ...table });
    runs.push(splits.find((split) => split.leftOut === 'devices' && !split.composites));
  }
  return runs;
}

const three = (values) => values.map((value) => value.toFixed(3)).join(' / ');
const of = (runs, pick) => three(runs.map(pick));

const byLabels = await leaveOut({});
const byFamily = hasFamilies ? await leaveOut({ by: 'family' }) : [];
const network = await leaveOut({ classifier: 'one-layer' });
const byTraffic = await leaveOut({ deviceFrom: 'traffic' });
const known = await evaluate([captures], { bundle, seed: 1, deviceFrom: 'labels', ...table });
const captureLeftOut = await evaluate([captures], {
  grouped: FOLDS,
  by: 'capture',
  seed: 1,
  deviceFrom: 'labels',
  ...table,
});
const judged = await behaviour();

const figureRow = (name, runs) =>
  `| ${name} | ${of(runs, (e) => e.roleBalancedRecall)} | ${of(runs, (e) => e.roleBalancedTop3)} | ` +
  `${of(runs, (e) => e.accuracy)} | ${of(runs, (e) => e.top3)} | ${of(runs, (e) => e.macroF1)} | ` +
  `${of(runs, (e) => e.calibration.expectedCalibrationError)} |`;

const roleRows = manifest.roles.map((role) => {
  const cell = (runs, pick) => {
    const scores = runs.map((run) => run.roles.find((score) => score.role === role.id));
    return scores.length === 0 || scores.includes(undefined) ? 'cannot be judged' : three(scores.map(pick));
  };
  const thin = role.thin ? ' (thin)' : '';
  return (
    `| ${role.title}${thin} | ${role.devices} | ${role.captures} | ${cell(byLabels, (s) => s.recall)} | ` +
    `${cell(byLabels, (s) => s.top3)} | ${cell(byFamily, (s) => s.recall)} |`
  );
});

const choice = byTraffic[0].deviceChoice;
const rates = (rate) =>
  judged
    .map((e) => e.rates.find((each) => each.rate === rate))
    .map(
      ({ detected, falseAlarms }) =>
        `${detected.count} of ${detected.of} (false alarms ${falseAlarms.count} of ${falseAlarms.of})`,
    )
    .join('; ');

const card = `# Model card: ${manifest.name} ${manifest.version}

<!-- Made by scripts/make-model-card.mjs from figures measured by it. -->

Manifest SHA-256 \`${sha256}\`; trained with networkml ${manifest.library}, seed ${manifest.training.seed}; classifiers:
${manifest.classifiers.map(({ kind, layout }) => `\`${kind}\` on layout \`${layout}\`${kind === manifest.defaultClassifier ? ' (default)' : ''}`).join(', ')}; behaviour views: ${manifest.behaviour.views.map((v) => v.id).join(', ')}.

## Data

${manifest.training.captures} captures of ${manifest.training.devices} real devices in ${manifest.roles.length} roles, digest of the table of their digests
\`${manifest.training.digest}\`.

${licences}

## Figures

Figures are for seeds ${SEEDS.join(' / ')}. **Leave-devices-out**, ${FOLDS} folds: no capture of a device is in training when the device is
judged; ${byLabels[0].captures} captures of ${byLabels[0].devices} devices can be judged so, the others are of roles with one device. *Role-balanced*: mean over
roles of the mean over devices. **Leave-families-out**: whole makers, plants or laboratories. The settings of the classifiers were
chosen on these same folds (docs/roles.md lists all that was tried).

| | recall, role-balanced | top three, role-balanced | accuracy by capture | top three by capture | macro-F1 | calibration error |
|---|---|---|---|---|---|---|
${figureRow('devices left out', byLabels)}
${byFamily.length === 0 ? '' : `${figureRow('families left out', byFamily)}\n`}${figureRow('devices left out, one-layer network', network)}
${figureRow('devices left out, device chosen from the traffic', byTraffic)}

With single captures left out (their devices known): ${captureLeftOut.accuracy.toFixed(3)} by capture, ${captureLeftOut.roleBalancedRecall.toFixed(3)} role-balanced. On its own training captures:
${known.accuracy.toFixed(3)} by capture, ${known.roleBalancedRecall.toFixed(3)} role-balanced. The choice of device was right in ${choice.oneHost.right} of ${choice.oneHost.of} captures
of one host with several peers and in ${choice.twoHost.right} of ${choice.twoHost.of} that show two hosts only.

The Unknown cut is ${manifest.unknownBelow} (raw probability): ${(100 * manifest.training.figures.answeredShare).toFixed(0)} % of the captures of left-out devices (role-balanced) are answered, and of those
${(100 * manifest.training.figures.answeredAccuracy).toFixed(0)} % rightly. Temperature ${manifest.temperature.toFixed(3)}.

| role | devices | captures | recall, devices left out | top three | recall, families left out |
|---|---|---|---|---|---|
${roleRows.join('\n')}

**Behaviour** (role known, whole devices left out, ${judged[0].attacks} attack captures): area under the ROC curve
${three(judged.map((e) => e.areaUnderRoc))}, within the attacked roles ${three(judged.map((e) => e.areaUnderRocOwnRoles))}. Detected at the 5 % threshold: ${rates(0.05)}.
At the 1 % threshold: ${rates(0.01)}. The thresholds were fitted on these normals, so their false alarms are near the
nominal rate by construction.

${limits}
`;
writeFileSync(join(bundlePath, 'MODELCARD.md'), card);
console.log(card);
