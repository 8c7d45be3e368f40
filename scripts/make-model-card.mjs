#!/usr/bin/env node
/**
 * Writes MODELCARD.md of a bundle from its manifest and from figures measured now: whole devices and whole families left
 * out with three seeds, known devices, behaviour on attack captures, and with --lab what a laboratory's captures change
 * and what is told apart within them.
 *
 *   node scripts/make-model-card.mjs BUNDLE CAPTURES ATTACKS [LABELS] [--family-of PATTERN] [--lab TABLE]
 *     [--map-roles FILE] [--figures DIR]
 *
 * CAPTURES is a directory with its label table or a training table; ATTACKS holds labels.csv with the columns file, role,
 * device, device_ip, or is a training table. Families are left out where LABELS has a column of that name, or --family-of
 * is given: what the pattern finds in a device's name is its family, as for `networkml evaluate`. With --figures
 * each measurement is kept there and not made again: a run that was cut off goes on. The parts in prose are in
 * scripts/model-card-text.mjs.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate, evaluateBehaviourOf, loadBundle } from '../dist/pipeline/index.js';
import { crossFigures } from './cross-figures.mjs';
import { capturesLeftOut, labLimits, licences, limits } from './model-card-text.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lab: { type: 'string' },
    'map-roles': { type: 'string' },
    'family-of': { type: 'string' },
    figures: { type: 'string' },
    only: { type: 'string' },
  },
});
const [bundlePath, captures, attacks, labels] = positionals;
if (attacks === undefined)
  throw new Error('usage: make-model-card.mjs BUNDLE CAPTURES ATTACKS [LABELS] [--lab TABLE]');
const SEEDS = [1, 2, 3];
const FOLDS = 8;

const bundle = await loadBundle(bundlePath);
const { manifest, sha256 } = bundle.bundle;
const map = options['map-roles'] === undefined ? {} : { mapRoles: options['map-roles'] };
const table = { ...(labels === undefined ? {} : { labels }), ...map };
const also = options.lab === undefined ? {} : { also: [options.lab] };
const familyOf = options['family-of'];
const families = { by: 'family', ...(familyOf === undefined ? {} : { familyOf }) };
const hasFamilies =
  familyOf !== undefined ||
  (labels !== undefined && /\bfamily\b/.test(readFileSync(labels, 'utf8').split('\n')[0]));

/** A measurement, or what is kept of it. */
async function kept(name, measure) {
  const path = options.figures === undefined ? undefined : join(options.figures, `${name}.json`);
  if (path !== undefined && existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  if (options.only !== undefined && !new RegExp(options.only).test(name))
    throw new Error(`${name} is not there yet`);
  const result = await measure();
  if (path !== undefined) {
    mkdirSync(options.figures, { recursive: true });
    writeFileSync(path, JSON.stringify(result));
  }
  console.error(`measured: ${name}`);
  return result;
}

async function leaveOut(name, wish, paths = [captures], seeds = SEEDS) {
  const runs = [];
  for (const seed of seeds) {
    const settings = { grouped: FOLDS, seed, deviceFrom: 'labels', ...table, ...also, ...wish };
    runs.push(await kept(`${name}-${seed}`, () => evaluate(paths, settings)));
  }
  return runs;
}

async function behaviour(name, wish) {
  const runs = [];
  for (const seed of SEEDS) {
    const settings = { attacks: [attacks], seed, ...table, ...wish };
    const { splits } = await kept(`${name}-${seed}`, () => evaluateBehaviourOf([captures], settings));
    runs.push(splits.find((split) => split.leftOut === 'devices' && !split.composites));
  }
  return runs;
}

/** What the log odds of the default classifier are scaled by. */
function scaleText({ classifiers, defaultClassifier, temperature }) {
  const { offset } = classifiers.find(({ kind }) => kind === defaultClassifier).meta;
  return `Temperature ${temperature.toFixed(3)}${offset === undefined ? '' : `, offset ${offset.toFixed(3)}`}.`;
}

// Where the laboratory is asked about, real captures count so much more than its own as they do in the bundle.
const { shareOfOthers = 1 } = manifest.training.options;
const three = (values) => values.map((value) => value.toFixed(3)).join(' / ');
const of = (runs, pick) => three(runs.map(pick));
const isLab = options.lab !== undefined;

const spoken = manifest.classifiers.some(({ meta }) => meta.hints !== undefined) ? { hints: true } : {};
const byLabels = await leaveOut('devices', spoken);
const byFamily = hasFamilies ? await leaveOut('families', { ...families, ...spoken }) : [];
const network = await leaveOut('network', { classifier: 'one-layer' });
const alone = { also: [], ...spoken };
const byTraffic = await leaveOut('traffic', { deviceFrom: 'traffic' }, [captures], [1]);
const before = isLab ? await leaveOut('alone-devices', alone) : [];
const familyBefore = isLab && hasFamilies ? await leaveOut('alone-families', { ...families, ...alone }) : [];
const [captureLeftOut] = await leaveOut('captures', { by: 'capture', ...spoken }, [captures], [1]);
const studied = { studies: ['unknown-roles'], ...spoken };
const [unknownUnseen] = await leaveOut('unknown-devices', studied, [captures], [1]);
const [unknownKnown] = await leaveOut('unknown-captures', { by: 'capture', ...studied }, [captures], [1]);
const { priors: shipped } = manifest.classifiers.find(({ kind }) => kind === manifest.defaultClassifier).meta;
const priors = Object.fromEntries(manifest.roles.map(({ id }, index) => [id, shipped?.[index] ?? 1]));
const real = { ...table, also: [captures], alsoShare: 1 / shareOfOthers, priors };
const labSites = isLab ? await leaveOut('lab-sites', { ...real, by: 'site' }, [options.lab], [1]) : [];
const labKinds = isLab
  ? await leaveOut('lab-implementations', { ...real, by: 'implementation' }, [options.lab], [1])
  : [];
const crossed = isLab
  ? await kept('crossed', () => crossFigures(captures, options.lab, { ...table, seed: 1 }))
  : undefined;
const knownWish = { bundle, seed: 1, deviceFrom: 'labels', ...table };
const known = await kept('known', () => evaluate([captures], knownWish));
const judged = await behaviour('behaviour', also);
const judgedBefore = isLab ? await behaviour('alone-behaviour', {}) : [];

const figureRow = (name, runs) =>
  `| ${name} | ${of(runs, (e) => e.roleBalancedRecall)} | ${of(runs, (e) => e.roleBalancedTop3)} | ` +
  `${of(runs, (e) => e.accuracy)} | ${of(runs, (e) => e.top3)} | ${of(runs, (e) => e.macroF1)} | ` +
  `${of(runs, (e) => e.calibration.expectedCalibrationErrorByDevice)} | ${of(runs, (e) => e.calibration.expectedCalibrationError)} |`;

const realRoles = manifest.roles.filter(({ id }) => !isLab || (crossed.counts[id]?.real.captures ?? 0) > 0);
const countsOf = ({ id, devices, captures: all }) => crossed?.counts[id]?.real ?? { devices, captures: all };
const roleRows = realRoles.map((role) => {
  const cell = (runs, pick) => {
    const scores = runs.map((run) => run.roles.find((score) => score.role === role.id));
    return scores.length === 0 || scores.includes(undefined) ? 'cannot be judged' : three(scores.map(pick));
  };
  const thin = countsOf(role).devices < 3 ? ' (thin)' : '';
  return (
    `| ${role.title}${thin} | ${countsOf(role).devices} | ${countsOf(role).captures} | ${cell(byLabels, (s) => s.recall)} | ` +
    `${cell(byLabels, (s) => s.top3)} | ${cell(byFamily, (s) => s.recall)} |`
  );
});

const choice = byTraffic[0].deviceChoice;
const rates = (rate, measured = judged) =>
  measured
    .map((e) => e.rates.find((each) => each.rate === rate))
    .map(
      ({ detected, falseAlarms }) =>
        `${detected.count} of ${detected.of} (false alarms ${falseAlarms.count} of ${falseAlarms.of})`,
    )
    .join('; ');

const total = (origin, what) =>
  Object.values(crossed?.counts ?? {}).reduce((sum, counts) => sum + (counts[origin]?.[what] ?? 0), 0);
const realCaptures = isLab ? total('real', 'captures') : manifest.training.captures;
const realDevices = isLab ? total('real', 'devices') : manifest.training.devices;
const labData = isLab
  ? `

Besides, ${total('lab', 'captures')} captures of ${total('lab', 'devices')} hosts of the lab (\`lab/data\`, docs/lab.md): real Debian software in network namespaces with
real clients. **No device of it is real; what is said of it below is said of the lab.** A capture
of it weighs ${shareOfOthers} of a real one. Temperature, Unknown cut and thresholds of behaviour come from the real captures alone.`
  : '';

/** How well roles never trained are told. */
function unknownText() {
  const area = ({ unknownRoles, withHints }) => {
    const hinted = withHints?.unknownRoles;
    const besides = hinted === undefined ? '' : `, with --hints ${hinted.areaUnderRoc.toFixed(3)}`;
    return `${unknownRoles.areaUnderRoc.toFixed(3)}${besides}`;
  };
  const worst = unknownUnseen.unknownRoles.roles.reduce((a, b) => (a.areaUnderRoc < b.areaUnderRoc ? a : b));
  return `Each role left out of training in turn, its captures are told from those of devices never seen with an area under the
ROC curve of ${area(unknownUnseen)}, and from other captures of known devices with ${area(unknownKnown)} (1 - the raw probability; every device alike;
seed 1); worst is ${titleOf(worst.role)} (${worst.areaUnderRoc.toFixed(3)} against devices never seen).`;
}

/** What is gained by what devices say of themselves, beside the same captures without. */
function hintsSection() {
  const { hints } = manifest.classifiers.find(({ kind }) => kind === manifest.defaultClassifier).meta;
  if (hints === undefined) return '';
  const pair = (name, runs) =>
    runs.length === 0
      ? ''
      : `| ${name} | ${of(runs, (e) => e.roleBalancedRecall)} | ${of(runs, (e) => e.roleBalancedTop3)} | ${of(runs, (e) => e.accuracy)} | ${of(runs, (e) => e.top3)} | ${of(runs, (e) => e.calibration.expectedCalibrationErrorByDevice)} | ${of(runs, (e) => e.byDevice.recall)}, ${of(runs, (e) => e.byDevice.top3)} |
| the same with --hints | ${of(runs, (e) => e.withHints.roleBalancedRecall)} | ${of(runs, (e) => e.withHints.roleBalancedTop3)} | ${of(runs, (e) => e.withHints.accuracy)} | ${of(runs, (e) => e.withHints.top3)} | ${of(runs, (e) => e.withHints.calibration.expectedCalibrationErrorByDevice)} | ${of(runs, (e) => e.withHints.byDevice.recall)}, ${of(runs, (e) => e.withHints.byDevice.top3)} |
`;
  const changed = byLabels[0].roles.filter(({ role }) => {
    const mean = (pick) => byLabels.reduce((sum, run) => sum + pick(run), 0) / byLabels.length;
    const own = (list) => list.find((score) => score.role === role).recall;
    return Math.abs(mean((run) => own(run.withHints.roles)) - mean((run) => own(run.roles))) >= 0.02;
  });
  const heard = [...new Set(byLabels.map(({ withHints }) => withHints.heard))];
  const recalls = changed.map(({ role }) => {
    const own = (pick) => of(byLabels, (run) => pick(run).find((score) => score.role === role).recall);
    return `${titleOf(role)} ${own((run) => run.roles)}, then ${own((run) => run.withHints.roles)}`;
  });
  return `
### With what devices say of themselves, and what their names and makers are known for

By wish (\`--hints\`) answers rest on it, too: ${hints.opinions[0].tokens} tokens of DHCP, multicast DNS, SSDP, HTTP, LLMNR and NetBIOS that two devices or more
say, real ones or the lab's, kept as hashes; ${hints.opinions[1]?.tokens ?? 0} kinds of products and services that their own names and those they ask for are known for, and ${hints.opinions[2]?.tokens ?? 0} that the makers of their interfaces are known for (docs/roles.md); no name is kept. In ${heard.join(' / ')} of the ${byLabels[0].captures} real captures that can be judged something is known when
their device is left out; the others are answered as without. Temperature ${hints.temperature.toFixed(3)}, offset ${hints.offset.toFixed(3)}, Unknown cut ${hints.unknownBelow}.

| | recall, role-balanced | top three, role-balanced | accuracy by capture | top three by capture | calibration error, every device alike | whole devices: recall, top three |
|---|---|---|---|---|---|---|
${pair('devices left out', byLabels)}${pair('families left out', byFamily)}${pair('devices left out, without the lab', before)}${pair('families left out, without the lab', familyBefore)}
Recall, devices left out, where it changes by 0.02 or more: ${recalls.join('; ')}.
`;
}

/** What the laboratory changes for real captures, and what is told apart in it. */
function labSection() {
  if (!isLab) return '';
  const [sites] = labSites;
  const [kinds] = labKinds;
  const rows = sites.roles.map((score) => {
    const own = kinds.roles.find(({ role }) => role === score.role);
    const cells = [score.devices, score.captures, score.recall.toFixed(3), score.top3.toFixed(3)];
    return `| ${titleOf(score.role)} | ${cells.join(' | ')} | ${own === undefined ? 'cannot be judged' : `${own.recall.toFixed(3)} | ${own.top3.toFixed(3)}`} |`;
  });
  const crossRows = (side) =>
    Object.entries(side).map(([role, { captures: all, right, three: within, answers }]) => {
      const list = Object.entries(answers)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 4);
      const said = list.map(([answer, count]) => `${titleOf(answer)} ${count}`).join(', ');
      return `| ${titleOf(role)} | ${all} | ${right} | ${within} | ${said} |`;
    });
  return `
### What the lab changes

The same folds of the real captures, learnt from them alone:

| | recall, role-balanced | top three, role-balanced | accuracy by capture | top three by capture | macro-F1 | calibration error, every device alike | the same by capture |
|---|---|---|---|---|---|---|---|
${figureRow('devices left out, without the lab', before)}
${figureRow('devices left out, with the lab', byLabels)}
${familyBefore.length === 0 ? '' : `${figureRow('families left out, without the lab', familyBefore)}\n${figureRow('families left out, with the lab', byFamily)}\n`}
Behaviour without the lab: area ${three(judgedBefore.map((e) => e.areaUnderRoc))}; at 5 %: ${rates(0.05, judgedBefore)}; at 1 %: ${rates(0.01, judgedBefore)}.

### Within the lab

Whole sites left out (${sites.folds} folds, seed 1): accuracy ${sites.accuracy.toFixed(3)}, role-balanced ${sites.roleBalancedRecall.toFixed(3)}, top three ${sites.roleBalancedTop3.toFixed(3)}. Whole implementations left
out (${kinds.folds} folds): accuracy ${kinds.accuracy.toFixed(3)}, role-balanced ${kinds.roleBalancedRecall.toFixed(3)}, top three ${kinds.roleBalancedTop3.toFixed(3)}. The real captures are learnt from besides.

| role | hosts | captures | recall, sites left out | top three | recall, implementations left out | top three |
|---|---|---|---|---|---|---|
${rows.join('\n')}

### Across

Learnt from the lab alone, asked about real captures (roles of the same or nearly the same meaning):

| role | captures | right | within three | answers |
|---|---|---|---|---|
${crossRows(crossed.labToReal).join('\n')}

Learnt from the real captures alone, asked about the lab:

| role | captures | right | within three | answers |
|---|---|---|---|---|
${crossRows(crossed.realToLab).join('\n')}
`;
}

const titleOf = (id) => manifest.roles.find((role) => role.id === id)?.title ?? id;

const card = `# Model card: ${manifest.name} ${manifest.version}

<!-- Made by scripts/make-model-card.mjs from figures measured by it. -->

Manifest SHA-256 \`${sha256}\`; trained with networkml ${manifest.library}, seed ${manifest.training.seed}; classifiers:
${manifest.classifiers.map(({ kind, layout }) => `\`${kind}\` on layout \`${layout}\`${kind === manifest.defaultClassifier ? ' (default)' : ''}`).join(', ')}; behaviour views: ${manifest.behaviour.views.map((v) => v.id).join(', ')}.

## Data

${realCaptures} captures of ${realDevices} real devices in ${realRoles.length} roles${
  isLab
    ? ''
    : `, digest of the table of their digests
\`${manifest.training.digest}\``
}.${labData}${isLab ? ` Digest of the table of all digests \`${manifest.training.digest}\`.` : ''}

${licences}

## Figures

Figures are for seeds ${SEEDS.join(' / ')}. **Leave-devices-out**, ${FOLDS} folds: no capture of a device is in training when the device is
judged; ${byLabels[0].captures} captures of ${byLabels[0].devices} devices can be judged so, the others are of roles with one device. *Role-balanced*: mean over
roles of the mean over devices. **Leave-families-out**: whole makers, plants or laboratories. The settings of the classifiers were
chosen on these same folds (docs/roles.md lists all that was tried). By capture a few devices that were captured often decide
the calibration error: even confidences that are exactly right would show 0.11 to 0.13 there (docs/roles.md).

| | recall, role-balanced | top three, role-balanced | accuracy by capture | top three by capture | macro-F1 | calibration error, every device alike | the same by capture |
|---|---|---|---|---|---|---|---|
${figureRow('devices left out', byLabels)}
${byFamily.length === 0 ? '' : `${figureRow('families left out', byFamily)}\n`}${figureRow('devices left out, one-layer network', network)}
${figureRow('devices left out, device chosen from the traffic (seed 1)', byTraffic)}

${capturesLeftOut(captureLeftOut)}On its own training captures:
${known.accuracy.toFixed(3)} by capture, ${known.roleBalancedRecall.toFixed(3)} role-balanced. The choice of device was right in ${choice.oneHost.right} of ${choice.oneHost.of} captures
of one host with several peers and in ${choice.twoHost.right} of ${choice.twoHost.of} that show two hosts only.

The Unknown cut is ${manifest.unknownBelow} (raw probability): ${(100 * manifest.training.figures.answeredShare).toFixed(0)} % of the captures of left-out devices (role-balanced) are answered, and of those
${(100 * manifest.training.figures.answeredAccuracy).toFixed(0)} % rightly. ${scaleText(manifest)}

${unknownText()}

| role | devices | captures | recall, devices left out | top three | recall, families left out |
|---|---|---|---|---|---|
${roleRows.join('\n')}

**Behaviour** (role known, whole devices left out, ${judged[0].attacks} attack captures): area under the ROC curve
${three(judged.map((e) => e.areaUnderRoc))}, within the attacked roles ${three(judged.map((e) => e.areaUnderRocOwnRoles))}. Detected at the 5 % threshold: ${rates(0.05)}.
At the 1 % threshold: ${rates(0.01)}. The thresholds were fitted on these normals, so their false alarms are near the
nominal rate by construction.
${hintsSection()}${labSection()}
${limits}${isLab ? labLimits : ''}
`;
writeFileSync(join(bundlePath, 'MODELCARD.md'), card);
console.log(card);
