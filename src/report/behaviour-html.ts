/** A verdict on behaviour in HTML: what was said, the capture by slices as a picture, and what stands out. */

import { roleTitle } from '../role-titles.js';
import type { AnomalyRecord, BehaviourSlice, NamedPeer, NamedWindow } from '../types.js';
import { htmlText } from './escape.js';
import { counted, decimal, timeSpan } from './quantities.js';

export const BEHAVIOUR_STYLE = `
.normal { color: var(--good) } .anomalous { color: var(--bad) } .not-evaluated { color: var(--odd) }
svg.timeline { display: block; width: 100%; height: 4.5rem; margin: .4rem 0 }
.timeline rect { fill: var(--bar) } .timeline rect.above { fill: var(--bad) }
.timeline line { stroke: var(--odd); stroke-dasharray: 4 3; vector-effect: non-scaling-stroke }
.small { font-size: .88em; opacity: .8 } details { margin: .3rem 0 }
`;

/** The verdict of one capture. @param titles readable names of the roles */
export function behaviourHtml(anomaly: AnomalyRecord, titles: ReadonlyMap<string, string>): string {
  const judged = anomaly.role === null ? '' : ` for ${roleTitle(anomaly.role, titles)}`;
  const figures = [
    ...(anomaly.score === null ? [] : [`score ${decimal(anomaly.score)}`]),
    ...(anomaly.threshold === null || anomaly.verdict === 'not-evaluated'
      ? []
      : [`alarm above ${decimal(anomaly.threshold)}`]),
    ...(anomaly.reason === null ? [] : [anomaly.reason]),
  ].join(', ');
  const verdict = `<strong class="${anomaly.verdict}">${htmlText(anomaly.verdict.replace('-', ' ') + judged)}</strong>`;
  // What is unlike the others is told where it is an alarm; of a normal capture it can be looked up.
  const strange = strangest(anomaly);
  const shown =
    anomaly.verdict === 'anomalous' || strange === ''
      ? strange
      : `<details><summary>the least usual of it</summary>${strange}</details>`;
  return [
    verdict,
    ...(figures === '' ? [] : [`<br>${htmlText(figures)}`]),
    timeline(anomaly.timeline ?? [], anomaly.verdict === 'not-evaluated' ? null : anomaly.threshold),
    shown,
  ].join('');
}

function strangest({ windows = [], sessions }: AnomalyRecord): string {
  const rows = sessions.map(({ initiator, responder, protocol, start, outlierProbability, why }) =>
    row([
      outlierProbability.toFixed(2),
      htmlText(protocol),
      htmlText(`${initiator} → ${responder}`),
      moment(start),
      htmlText(why.join('; ')),
    ]),
  );
  const table = rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
  return windows.map(windowHtml).join('') + table;
}

/** A minute or slice that stands out: what, with whom, and what normal capture it was compared with. */
function windowHtml({ start, seconds, why, peers, nearest }: NamedWindow): string {
  const said = `${moment(start)} <span class="small">${htmlText(timeSpan(seconds))}</span> ${htmlText(why.join('; '))}`;
  const names = [...new Set(peers.map(peerText))];
  const ends = names.length === 0 ? '' : `<br><span class="small">with ${htmlText(names.join(', '))}</span>`;
  const normal =
    nearest === null ? '' : `<br><span class="small">most like the normal ${htmlText(nearest)}</span>`;
  return `<p>${said}${ends}${normal}</p>`;
}

function peerText({ address, port, count }: NamedPeer): string {
  const end = [address, port].filter((part) => part !== null).join(' ');
  return count > 1 ? `${end} (${count})` : end;
}

function moment(start: string): string {
  return `<time datetime="${htmlText(start)}">${htmlText(`${start.slice(0, 10)} ${start.slice(11, 19)}`)}</time>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

const HEIGHT = 60;

/** A bar for each slice of 15 minutes, the alarm's threshold as a line; nothing for a capture of one slice. */
function timeline(slices: readonly BehaviourSlice[], threshold: number | null): string {
  if (slices.length < 2) return '';
  const alarm = threshold === null ? null : alarmOfOneSlice(threshold, slices.length);
  const times = slices.map(({ start }) => Date.parse(start));
  const from = Math.min(...times);
  const SLICE_MS = 900_000;
  const places = times.map((time) => Math.round((time - from) / SLICE_MS));
  const width = Math.max(...places) + 1;
  const top = Math.max(alarm ?? 0, ...slices.map(({ score }) => score)) * 1.1 || 1;
  const y = (score: number): string => (HEIGHT - (score / top) * HEIGHT).toFixed(1);
  const bars = slices.map(({ score, start, view }, i) => {
    const above = alarm !== null && score > alarm ? ' class="above"' : '';
    const said = `${start.slice(0, 16).replace('T', ' ')}: ${decimal(score)} (${view})`;
    const height = Math.max(0.5, (score / top) * HEIGHT).toFixed(1);
    return `<rect${above} x="${((places[i] as number) + 0.08).toFixed(2)}" y="${y(score)}" width="0.84" height="${height}"><title>${htmlText(said)}</title></rect>`;
  });
  const line = alarm === null ? '' : `<line x1="0" x2="${width}" y1="${y(alarm)}" y2="${y(alarm)}"/>`;
  const about = `strangeness of ${counted(slices.length, 'slice')} of 15 minutes`;
  return `<svg class="timeline" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${about}">${bars.join('')}${line}</svg>`;
}

/** What one of so many slices has to reach for an alarm, whose threshold is that of the whole capture (Sidak). */
function alarmOfOneSlice(threshold: number, slices: number): number {
  return -Math.log10(-Math.expm1(Math.log1p(-(10 ** -threshold)) / slices));
}
