#!/usr/bin/env node
/**
 * Writes MODELCARD.md of a bundle from its manifest and from figures measured now: leave-devices-out evaluation with
 * three seeds, known devices, and behaviour on attack captures.
 *
 *   node scripts/make-model-card.mjs models/default DIR-OF-CAPTURES DIR-OF-ATTACKS
 *
 * DIR-OF-ATTACKS holds labels.csv with the columns file, role, device, device_ip. The parts in prose are in
 * scripts/model-card-text.mjs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateBehaviour } from '../dist/anomaly/index.js';
import { evaluate, loadBundle, observe, readCorpus } from '../dist/pipeline/index.js';
import { licences, limits } from './model-card-text.mjs';

const [bundlePath, captures, attacks] = process.argv.slice(2);
if (attacks === undefined) throw new Error('usage: make-model-card.mjs BUNDLE CAPTURES ATTACKS');
const SEEDS = [1, 2, 3];
const FOLDS = 8;

const bundle = await loadBundle(bundlePath);
const { manifest, sha256 } = bundle.bundle;

async function leaveOut(deviceFrom) {
  const runs = [];
  for (const seed of SEEDS) runs.push(await evaluate([captures], { grouped: FOLDS, seed, deviceFrom }));
  return runs;
}

async function behaviour() {
  const corpus = await readCorpus([captures], { deviceFrom: 'labels' });
  const normal = corpus.captures.map(({ role, device, units }) => ({ role, device, units: { sess: units } }));
  const [header, ...lines] = readFileSync(join(attacks, 'labels.csv'), 'utf8').trim().split('\n');
  const names = header.split(',');
  const attacked = [];
  for (const line of lines) {
    const cells = line.split(',');
    const cell = (name) => cells[names.indexOf(name)];
    const seen = await observe(join(attacks, cell('file')), {
      device: { address: cell('device_ip'), source: 'option' },
    });
    const device = `${cell('role')}/${cell('device')}`;
    attacked.push({ role: cell('role'), device, units: { sess: seen.units } });
  }
  const roles = corpus.set.roles;
  return SEEDS.map((seed) => evaluateBehaviour({ roles, captures: normal, attacks: attacked, seed }));
}

const three = (values) => values.map((value) => value.toFixed(3)).join(' / ');
const of = (runs, pick) => three(runs.map(pick));

const byLabels = await leaveOut('labels');
const byTraffic = await leaveOut('traffic');
const known = await evaluate([captures], { bundle, seed: 1, deviceFrom: 'labels' });
const judged = await behaviour();

const figureRow = (name, runs) =>
  `| ${name} | ${of(runs, (e) => e.roleBalancedRecall)} | ${of(runs, (e) => e.roleBalancedTop3)} | ` +
  `${of(runs, (e) => e.accuracy)} | ${of(runs, (e) => e.top3)} | ${of(runs, (e) => e.macroF1)} | ` +
  `${of(runs, (e) => e.calibration.expectedCalibrationError)} |`;

const roleRows = manifest.roles.map((role) => {
  const scores = byLabels.map((run) => run.roles.find((score) => score.role === role.id));
  const cell = (pick) => (scores[0] === undefined ? 'cannot be judged' : three(scores.map(pick)));
  const thin = role.thin ? ' (thin)' : '';
  return `| ${role.title}${thin} | ${role.devices} | ${role.captures} | ${cell((s) => s.recall)} | ${cell((s) => s.top3)} |`;
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

Manifest SHA-256 \`${sha256}\`; trained with networkml ${manifest.library}, seed ${manifest.training.seed}; classifier
\`${manifest.defaultClassifier}\` on layout \`${manifest.classifiers[0].layout}\`; behaviour views: ${manifest.behaviour.views.map((v) => v.id).join(', ')}.

## Data

${manifest.training.captures} captures of ${manifest.training.devices} real devices in ${manifest.roles.length} roles, digest of the table of their digests
\`${manifest.training.digest}\`.

${licences}

## Figures

Figures are for seeds ${SEEDS.join(' / ')}. **Leave-devices-out**, ${FOLDS} folds: no capture of a device is in training when the device is
judged; ${byLabels[0].captures} captures of ${byLabels[0].devices} devices can be judged so, the others are of roles with one device. *Role-balanced*: mean over
roles of the mean over devices. The number of training steps (500, of 100, 250 and 500) was chosen on these same folds.

| | recall, role-balanced | top three, role-balanced | accuracy by capture | top three by capture | macro-F1 | calibration error |
|---|---|---|---|---|---|---|
${figureRow('device given by the labels', byLabels)}
${figureRow('device chosen from the traffic', byTraffic)}

On its own training captures: ${known.accuracy.toFixed(3)} by capture, ${known.roleBalancedRecall.toFixed(3)} role-balanced. The choice of device was right in ${choice.oneHost.right} of ${choice.oneHost.of} captures
of one host with several peers and in ${choice.twoHost.right} of ${choice.twoHost.of} that show two hosts only.

The Unknown cut is ${manifest.unknownBelow} (raw probability): ${(100 * manifest.training.figures.answeredShare).toFixed(0)} % of the captures of left-out devices (role-balanced) are answered, and of those
${(100 * manifest.training.figures.answeredAccuracy).toFixed(0)} % rightly. Temperature ${manifest.temperature.toFixed(3)}.

| role | devices | captures | recall | top three |
|---|---|---|---|---|
${roleRows.join('\n')}

**Behaviour** (view *sess* alone, role known, whole devices left out, ${judged[0].attacks} attack captures of ${judged[0].attacks + judged[0].notEvaluated.attacks}): area under the ROC curve
${three(judged.map((e) => e.areaUnderRoc))}, within the attacked roles ${three(judged.map((e) => e.areaUnderRocOwnRoles))}. Detected at the 5 % threshold: ${rates(0.05)}.
At the 1 % threshold: ${rates(0.01)}. The thresholds were fitted on these normals, so their false alarms are near the
nominal rate by construction.

${limits}
`;
writeFileSync(join(bundlePath, 'MODELCARD.md'), card);
console.log(card);
