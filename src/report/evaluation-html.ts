/** An evaluation as one HTML page that needs nothing else: no script, no font, no address outside. */

import { roleTitle } from '../role-titles.js';
import type { EvaluationRecord } from '../types.js';
import { htmlText } from './escape.js';
import { controlText, evaluatedHow, knownDevicesText } from './evaluation.js';
import {
  barChart,
  confusionChart,
  coverageChart,
  learningChart,
  reliabilityChart,
} from './evaluation-charts.js';
import { count, counted, decimal, percent } from './quantities.js';

type Titles = ReadonlyMap<string, string>;

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2530; --soft: #5c6875; --line: #d9dee4; --card: #f6f8fa;
  --good: #2563a8; --pale: #b5cfe9; --bad: #c8501e; --on: #fff; --odd: #8a5a00; --pass: #1f7a3f }
@media (prefers-color-scheme: dark) { :root { --paper: #12171d; --ink: #e3e8ee; --soft: #98a5b3; --line: #2c3641;
  --card: #1a2129; --good: #6aaeee; --pale: #2d4c6b; --bad: #f08a5a; --on: #0d1217; --odd: #e0b35c; --pass: #6cc98c } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.05rem; margin: 0 0 .2rem } p { margin: .2rem 0 .8rem } .soft { color: var(--soft) }
section { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; overflow-x: auto }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem } .pair section { margin: 0 }
ul.figures { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .6rem; padding: 0; margin: 1rem 0 }
ul.figures li { background: var(--card); border-radius: 8px; padding: .6rem .8rem } ul.figures b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums }
ul.figures span { color: var(--soft); font-size: .85rem } .note { color: var(--odd) } .passed { color: var(--pass) } .failed { color: var(--bad) }
svg { display: block; max-width: none; font: 12px system-ui, sans-serif } svg text { fill: var(--ink) } svg .tick { fill: var(--soft); font-size: 11px }
svg .grid { stroke: var(--line) } svg .full, svg .dot { fill: var(--good) } svg .pale { fill: var(--pale) } svg .dot { stroke: var(--paper) }
svg .line { fill: none; stroke: var(--good); stroke-width: 2 } svg .second { stroke: var(--pale) } svg .ideal { fill: none; stroke: var(--soft); stroke-dasharray: 4 4 }
svg .right, svg .wrong { stroke: var(--line); fill: var(--good); fill-opacity: var(--share) }
svg .wrong { fill: var(--bad) } svg .cell { font-size: 11px } svg .on { fill: var(--on) }
`;

/** The page about one evaluation. */
export function evaluationHtml(record: EvaluationRecord, titles: Titles): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Evaluation of roles</title>
<style>${STYLE}</style>
</head>
<body>
<h1>How well roles are told</h1>
<p class="soft">${htmlText(intro(record))}</p>
${record.warnings.map((warning) => `<p class="note">${htmlText(warning)}</p>\n`).join('')}${figures(record)}
${rolesSection(record, titles)}
${confusionSection(record, titles)}
<div class="pair">
${curves(record)}
</div>
${unknownSection(record, titles)}${controlsSection(record)}</body>
</html>
`;
}

function intro(record: EvaluationRecord): string {
  const { captures, devices, failed, classifier, deviceFrom } = record;
  const lost = failed === 0 ? '' : `; ${counted(failed, 'capture')} could not be used`;
  return (
    `${capital(evaluatedHow(record))}. Classifier ${classifier}; ${counted(captures, 'capture')} of ` +
    `${counted(devices, 'device')}${lost}; the device of each capture from the ${deviceFrom}.`
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function figures(record: EvaluationRecord): string {
  const { byDevice, unknown, calibration, unknownRoles, deviceChoice, knownDevices, withHints } = record;
  const list: [string, string][] = [
    [decimal(record.roleBalancedRecall), 'recall, mean over roles of the mean over devices'],
    [decimal(record.roleBalancedTop3), 'right answer among the top three, likewise'],
    [decimal(byDevice.recall), `by device as a whole (top three ${decimal(byDevice.top3)})`],
    [decimal(record.accuracy), `by capture (top three ${decimal(record.top3)})`],
    [decimal(record.macroF1), 'macro-F1'],
    [
      percent(unknown.share),
      unknown.accuracyOfAnswered === null
        ? 'answered with Unknown'
        : `Unknown; of the others ${decimal(unknown.accuracyOfAnswered)} right`,
    ],
    [
      decimal(calibration.expectedCalibrationErrorByDevice),
      `calibration error by device, ${decimal(calibration.expectedCalibrationError)} by capture, at temperature ${decimal(calibration.temperature)}${calibration.offset === null ? '' : `, offset ${decimal(calibration.offset)}`}`,
    ],
  ];
  if (knownDevices !== undefined)
    list.push([decimal(knownDevices.right / knownDevices.captures), knownDevicesText(knownDevices)]);
  if (unknownRoles !== null)
    list.push([
      decimal(unknownRoles.areaUnderRoc),
      `area under the ROC curve, roles never trained${hintedArea(record)}`,
    ]);
  if (withHints !== undefined) {
    list.push([
      decimal(withHints.roleBalancedRecall),
      `recall with what devices say of themselves and names and makers are known for (top three ${decimal(withHints.roleBalancedTop3)}; by capture ${decimal(withHints.accuracy)}; heard in ${count(withHints.heard)})`,
    ]);
  }
  if (deviceChoice !== null) {
    const { oneHost, twoHost } = deviceChoice;
    list.push([
      `${count(oneHost.right + twoHost.right)} of ${count(oneHost.of + twoHost.of)}`,
      `times the right device; two hosts: ${count(twoHost.right)} of ${count(twoHost.of)}`,
    ]);
  }
  const items = list.map(
    ([figure, about]) => `<li><b>${htmlText(figure)}</b><span>${htmlText(about)}</span></li>`,
  );
  return `<ul class="figures">\n${items.join('\n')}\n</ul>`;
}

function section(heading: string, about: string, body: string): string {
  return `<section>\n<h2>${htmlText(heading)}</h2>\n<p class="soft">${htmlText(about)}</p>\n${body}\n</section>`;
}

function rolesSection({ roles }: EvaluationRecord, titles: Titles): string {
  if (roles.length === 0) return '';
  const bars = roles.map(({ role, devices, captures, recall, top3 }) => ({
    label: roleTitle(role, titles),
    share: recall,
    behind: top3,
    note: `${recall.toFixed(2)} / ${top3.toFixed(2)}, ${counted(devices, 'device')}, ${counted(captures, 'capture')}`,
  }));
  return section(
    'Each role',
    'Recall (strong) and right answer among the top three (faint), mean over the devices of the role.',
    barChart(bars, 'Recall of each role'),
  );
}

function confusionSection({ confusion }: EvaluationRecord, titles: Titles): string {
  if (confusion.roles.length === 0) return '';
  const names = confusion.roles.map((role) => roleTitle(role, titles));
  return section(
    'Taken for whom',
    'Captures by true role (rows) and first answer (columns, numbered as the rows); the shade is the share of the row.',
    confusionChart(confusion, names),
  );
}

function curves({ reliability, coverage, learningCurve }: EvaluationRecord): string {
  const parts = [
    section(
      'Calibration',
      'Confidence against what came of it; the dashed line is where they agree, a dot is as large as its captures are many.',
      reliabilityChart(reliability),
    ),
    section(
      'Coverage',
      'What is answered when Unknown takes the less likely ones (each role and device alike); a dot for each cut, the highest at the left.',
      coverageChart(coverage),
    ),
  ];
  if (learningCurve !== null) {
    parts.push(
      section(
        'Learning',
        'Recall (strong) and top three (faint) on devices never seen, by devices of each role to learn from.',
        learningChart(learningCurve),
      ),
    );
  }
  return parts.join('\n');
}

function hintedArea({ withHints }: EvaluationRecord): string {
  const hinted = withHints?.unknownRoles;
  return hinted === undefined ? '' : ` (with hints ${decimal(hinted.areaUnderRoc)})`;
}

function unknownSection({ unknownRoles, mode }: EvaluationRecord, titles: Titles): string {
  if (unknownRoles === null) return '';
  const bars = unknownRoles.roles.map(({ role, captures, areaUnderRoc }) => ({
    label: roleTitle(role, titles),
    share: areaUnderRoc,
    note: `${areaUnderRoc.toFixed(2)}, ${counted(captures, 'capture')}`,
  }));
  const others = mode === 'leave-captures-out' ? 'known devices' : 'devices never seen';
  return `${section(
    'Roles never trained',
    `Each role left out of training in turn: how well its captures are told from those of trained roles, ${others}, by the top probability alone. Area under the ROC curve; 0.5 is chance.`,
    barChart(bars, 'Area under the ROC curve of each role left out'),
  )}\n`;
}

function controlsSection({ controls }: EvaluationRecord): string {
  if (controls.length === 0) return '';
  const items = controls.map((control) => {
    const [kind, verdict] = control.passed ? ['passed', 'Passed'] : ['failed', 'Failed'];
    return `<p><strong class="${kind}">${verdict}</strong> ${htmlText(controlText(control))}</p>`;
  });
  return `${section('Controls', 'What must come out if nothing leaks.', items.join('\n'))}\n`;
}
