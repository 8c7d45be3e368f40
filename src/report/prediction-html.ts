/** Predictions as one HTML page that needs nothing else: no script, no font, no address outside. */

import { roleTitle } from '../role-titles.js';
import type {
  AlternativeRecord,
  NearestRecord,
  PredictionOutcome,
  PredictionRecord,
  RoleRecord,
} from '../types.js';
import { BEHAVIOUR_STYLE, behaviourHtml } from './behaviour-html.js';
import { htmlText } from './escape.js';
import { hintWords } from './hint-words.js';
import { byteSize, counted, decimal, percent, timeSpan } from './quantities.js';

type Titles = ReadonlyMap<string, string>;

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --bar: #3a7bd5; --good: #2a8a4a; --bad: #c8321e; --odd: #a06a00 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; overflow-wrap: anywhere; margin: 0 0 .5rem }
article { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0 }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .25rem 1rem; margin: 0 } dt { opacity: .65 } dd { margin: 0 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
td, th { text-align: left; padding: .15rem .6rem .15rem 0; vertical-align: top } td.n { text-align: right; width: 4rem }
table.roles td:last-child { width: 60% } time { white-space: nowrap }
.bar { display: block; background: var(--bar); height: .8em; border-radius: 3px; min-width: 1px; margin-top: .35em }
code { font-size: .9em; overflow-wrap: anywhere } .failed { color: var(--bad) } .note { color: var(--odd) }
${BEHAVIOUR_STYLE}`;

/** Start of the page. */
export function predictionHtmlHead(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Roles and behaviour of devices</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Roles and behaviour of devices</h1>
`;
}

/** End of the page, with the number of captures on it. */
export function predictionHtmlEnd(captures: number): string {
  return `<p>${htmlText(counted(captures, 'capture'))}</p>\n</body>\n</html>\n`;
}

/** The part of the page about one capture. */
export function predictionArticle(outcome: PredictionOutcome, titles: Titles): string {
  const heading = `<h2>${htmlText(outcome.capture.file)}</h2>`;
  if (outcome.schema === 'networkml/error/v1') {
    const { code, message, hint } = outcome.error;
    const said = `${htmlText(message)} <code>${htmlText(code)}</code><br>${htmlText(hint)}`;
    return `<article>\n${heading}\n<p class="failed">${said}</p>\n</article>\n`;
  }
  return `<article>\n${heading}\n<dl>\n${facts(outcome, titles)}</dl>\n</article>\n`;
}

function facts(record: PredictionRecord, titles: Titles): string {
  const { capture, device, sessions, role, anomaly, model, warnings } = record;
  const who = [...device.addresses, device.mac, device.vendor].filter((part) => part !== null && part !== '');
  const traffic =
    `${counted(capture.packets, 'packet')}, ${byteSize(capture.bytes)} in ${timeSpan(capture.seconds)}; ` +
    `${counted(sessions.total, 'session')}: ${sessions.initiated} opened, ${sessions.received} received, ${sessions.external} external`;
  return [
    fact('role', roleHtml(role, titles)),
    ...(role.why.length === 0 ? [] : [fact('why', reasonsHtml(role))]),
    ...(role.nearest === undefined ? [] : [fact('nearest', nearestHtml(role.nearest, titles))]),
    fact('device', htmlText(who.join(', '))),
    ...(record.alternatives ?? []).map((other) => fact('or', alternativeHtml(other, titles))),
    fact('traffic', htmlText(traffic)),
    ...(record.hints === undefined ? [] : [fact('says', hintWords(record.hints).map(htmlText).join('<br>'))]),
    fact('behaviour', behaviourHtml(anomaly, titles)),
    fact('model', htmlText(`${model.name} ${model.version}, ${model.classifier}`)),
    ...warnings.map((warning) => fact('note', `<span class="note">${htmlText(warning)}</span>`)),
  ].join('');
}

function fact(term: string, html: string): string {
  return `<dt>${term}</dt><dd>${html}</dd>\n`;
}

function roleHtml(role: RoleRecord, titles: Titles): string {
  const rows = role.top.map(({ role: id, confidence }) => {
    const filled = `<div class="bar" style="width:${(Math.min(1, Math.max(0, confidence)) * 100).toFixed(1)}%"></div>`;
    return `<tr><td>${htmlText(roleTitle(id, titles))}</td><td class="n">${htmlText(percent(confidence))}</td><td>${filled}</td></tr>`;
  });
  return `<strong>${htmlText(answer(role, titles))}</strong><table class="roles">${rows.join('')}</table>`;
}

function answer({ label, confidence, resembles }: RoleRecord, titles: Titles): string {
  if (label !== 'Unknown') return `${roleTitle(label, titles)}, ${percent(confidence)}`;
  return resembles === undefined ? 'Unknown' : `Unknown, resembles ${resembles}`;
}

function nearestHtml({ device, role, distance }: NearestRecord, titles: Titles): string {
  return htmlText(`${device}, ${roleTitle(role, titles)} (distance ${decimal(distance)})`);
}

/** The host that the capture could be about as well. */
function alternativeHtml({ device, role }: AlternativeRecord, titles: Titles): string {
  const who = [...device.addresses, device.mac].filter((part) => part !== null && part !== '').join(', ');
  return `${htmlText(who)}<br>${roleHtml(role, titles)}`;
}

function reasonsHtml(role: RoleRecord): string {
  return role.why
    .map(
      ({ feature, contribution }) =>
        `${htmlText(feature)} (${contribution < 0 ? '' : '+'}${decimal(contribution)})`,
    )
    .join('<br>');
}
