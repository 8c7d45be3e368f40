/** What a detector is worth, as one HTML page that needs nothing else: no script, no font, no address outside. */

import { type ChartScore, rocChart, scoreHistogram } from './detect-charts.js';
import { type DetectLearnInput, detectorTitles, thresholdText } from './detect-table.js';
import { htmlText } from './escape.js';
import { counted, decimal, percent } from './quantities.js';

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2530; --soft: #5c6875; --line: #d9dee4; --card: #f6f8fa; --usual: #2563a8; --odd: #c8501e }
@media (prefers-color-scheme: dark) { :root { --paper: #12171d; --ink: #e3e8ee; --soft: #98a5b3; --line: #2c3641; --card: #1a2129; --usual: #6aaeee; --odd: #f08a5a } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.05rem; margin: 0 0 .2rem } p { margin: .2rem 0 .8rem } .soft { color: var(--soft) }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr)); gap: 1rem }
section { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto }
ul.figures { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .6rem; padding: 0; margin: 1rem 0 }
ul.figures li { background: var(--card); border-radius: 8px; padding: .6rem .8rem } ul.figures b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums }
ul.figures span { color: var(--soft); font-size: .85rem }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .35em 0 .9em } .key i.usual { background: var(--usual) } .key i.odd { background: var(--odd) }
svg { display: block; max-width: none; font: 11px system-ui, sans-serif } svg .tick { fill: var(--soft) } svg .grid { stroke: var(--line) }
svg .usual { fill: var(--usual); fill-opacity: .65 } svg .odd { fill: var(--odd); fill-opacity: .65 } svg .cut { stroke: var(--ink); stroke-dasharray: 4 3 }
svg .line { fill: none; stroke: var(--usual); stroke-width: 2 } svg .ideal { stroke: var(--soft); stroke-dasharray: 4 4 } svg .dot { fill: var(--odd); stroke: var(--paper) }
`;

/** The page about a model that has been learnt. Without labels there is a histogram alone. */
export function detectHtml(record: DetectLearnInput, scores: readonly ChartScore[]): string {
  const { training, threshold, algorithm } = record;
  const { figures } = training;
  const title = `${detectorTitles[algorithm] ?? algorithm} on ${record.features}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${htmlText(title.charAt(0).toUpperCase() + title.slice(1))}</h1>
<p class="soft">${htmlText(intro(record))}</p>
${figuresList(figures)}
<div class="pair">
<section>
<h2>Scores</h2>
<p class="soft">Higher is stranger; above ${htmlText(thresholdText(threshold))} a flow is called anomalous. The outermost bars hold what lies beyond.</p>
${key(scores)}${scoreHistogram(scores, threshold.value)}
</section>
${figures === null ? '' : rocSection(scores, threshold.value)}</div>
</body>
</html>
`;
}

function intro({ training, columns, standardised }: DetectLearnInput): string {
  const anomalous = training.anomalous === 0 ? '' : `, ${training.anomalous} of them labelled anomalous`;
  const values = `${counted(columns, 'number')} a flow${standardised ? ', standardised' : ''}`;
  return `Learnt from ${counted(training.units, 'flow')} of ${counted(training.captures, 'capture')}${anomalous}; ${values}.`;
}

function figuresList(figures: DetectLearnInput['training']['figures']): string {
  if (figures === null) {
    return '<p>No test: that takes labelled flows of both kinds. The scores shown are those of flows that a model had not seen.</p>';
  }
  const { normal, anomalous, areaUnderRoc, averagePrecision, detected, falseAlarms } = figures;
  const list: [string, string][] = [
    [decimal(areaUnderRoc), 'area under the ROC curve'],
    [decimal(averagePrecision), `average precision; by chance ${decimal(anomalous / (normal + anomalous))}`],
    [percent(detected), `of ${counted(anomalous, 'anomalous flow')} detected`],
    [percent(falseAlarms), `false alarms among ${counted(normal, 'normal flow')}`],
  ];
  const items = list.map(([value, about]) => `<li><b>${value}</b><span>${htmlText(about)}</span></li>`);
  return `<ul class="figures">${items.join('')}</ul>`;
}

function key(scores: readonly ChartScore[]): string {
  if (scores.every(({ label }) => label === null)) return '';
  return '<p class="key soft"><i class="usual"></i>normal<i class="odd"></i>anomalous</p>';
}

function rocSection(scores: readonly ChartScore[], threshold: number): string {
  return `<section>
<h2>Detections against false alarms</h2>
<p class="soft">The dot is the threshold; the dashed line is chance.</p>
${rocChart(scores, threshold)}
</section>
`;
}
