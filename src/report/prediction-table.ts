/** Predictions for a terminal: a block for each capture, or a line for each where there are many. */

import { roleTitle } from '../role-titles.js';
import type {
  AlternativeRecord,
  AnomalyRecord,
  NamedWindow,
  PredictionRecord,
  RoleRecord,
} from '../types.js';
import { displayWidth, plainText } from './escape.js';
import { hintWords } from './hint-words.js';
import {
  bar,
  type Paint,
  padLeft,
  padRight,
  paint,
  type ReportStyle,
  shorten,
  shortenStart,
  wrap,
} from './layout.js';
import { byteSize, counted, decimal, percent, timeSpan } from './quantities.js';

const LABEL_WIDTH = 11;
const SESSIONS_SHOWN = 5;
const REASONS_SHOWN = 3;
const WINDOWS_SHOWN = 2;
const PEERS_SHOWN = 5;

/** The block of one capture, with an empty line behind it. */
export function predictionBlock(record: PredictionRecord, style: ReportStyle): string {
  const { capture, device, sessions, role, warnings } = record;
  const lines = [
    paint(style, 'bold', plainText(capture.file)),
    ...roleLines(role, style),
    ...labelled('device', [...device.addresses, device.mac, device.vendor].filter(isText).join(', '), style),
    ...labelled('', `found by ${FOUND_BY[device.chosenBy]}`, style, 'dim'),
    ...(record.alternatives ?? []).flatMap((alternative) => alternativeLines(alternative, style)),
    ...labelled(
      'traffic',
      `${counted(capture.packets, 'packet')}, ${byteSize(capture.bytes)} in ${timeSpan(capture.seconds)}; ` +
        `${counted(sessions.total, 'session')}: ${sessions.initiated} opened, ${sessions.received} received, ` +
        `${sessions.external} external`,
      style,
    ),
    ...hintWords(record.hints ?? []).flatMap((words, i) => labelled(i === 0 ? 'says' : '', words, style)),
    ...behaviourLines(record.anomaly, style),
    ...warnings.flatMap((warning, i) => labelled(i === 0 ? 'note' : '', warning, style, 'yellow')),
  ];
  return `${lines.join('\n')}\n\n`;
}

const FOUND_BY = { option: 'the option', 'file-name': 'the file name', traffic: 'its traffic' } as const;

function isText(value: string | null): value is string {
  return value !== null && value !== '';
}

/** A label and a text beside it, wrapped to the width. */
function labelled(label: string, text: string, style: ReportStyle, colour?: Paint): string[] {
  const lines = wrap(plainText(text), Math.max(20, style.width - LABEL_WIDTH - 2));
  return lines.map((line, i) => {
    const shown = colour === undefined ? line : paint(style, colour, line);
    return `  ${paint(style, 'dim', padRight(i === 0 ? label : '', LABEL_WIDTH))}${shown}`;
  });
}

function roleLines(role: RoleRecord, style: ReportStyle): string[] {
  const unknown = role.label === 'Unknown';
  const best = role.top[0];
  const headline = unknown
    ? `Unknown${resembles(role)}${best === undefined ? '' : `, most like ${roleTitle(best.role, style.titles)}`}`
    : `${roleTitle(role.label, style.titles)}, ${percent(role.confidence)}`;
  const titles = role.top.map((ranked) => plainText(roleTitle(ranked.role, style.titles)));
  const room = Math.max(20, style.width - LABEL_WIDTH - 2);
  const titleWidth = Math.min(room - 14, Math.max(0, ...titles.map(displayWidth)));
  const barWidth = Math.min(40, room - titleWidth - 8);
  const bars = role.top.map(({ confidence }, i) => {
    const title = padRight(shorten(titles[i] ?? '', titleWidth), titleWidth);
    const share = padLeft(percent(confidence), 5);
    return `  ${' '.repeat(LABEL_WIDTH)}${title}  ${share} ${paint(style, 'cyan', bar(confidence, barWidth))}`.trimEnd();
  });
  const why = role.why
    .slice(0, REASONS_SHOWN)
    .flatMap(({ feature, contribution }, i) =>
      labelled(
        i === 0 ? 'why' : '',
        `${feature} (${contribution < 0 ? '' : '+'}${decimal(contribution)})`,
        style,
      ),
    );
  return [
    ...labelled('role', headline, style, unknown ? 'yellow' : 'bold'),
    ...bars,
    ...why,
    ...nearestLines(role, style),
  ];
}

function resembles({ resembles: group }: RoleRecord): string {
  return group === undefined ? '' : `, resembles ${group}`;
}

function nearestLines({ nearest }: RoleRecord, style: ReportStyle): string[] {
  if (nearest === undefined) return [];
  return labelled('nearest', `${nearest.device} (distance ${decimal(nearest.distance)})`, style, 'dim');
}

/** The host that the capture could be about as well, with its own answer. */
function alternativeLines({ device, role }: AlternativeRecord, style: ReportStyle): string[] {
  const who = [...device.addresses, device.mac].filter(isText).join(', ');
  const title = roleTitle(role.top[0]?.role ?? role.label, style.titles);
  const answer =
    role.label === 'Unknown'
      ? `Unknown${resembles(role)}, most like ${title}`
      : `${title}, ${percent(role.confidence)}`;
  return labelled('or', `${who}: ${answer}`, style, 'yellow');
}

const VERDICT_COLOUR = { normal: 'green', anomalous: 'red', 'not-evaluated': 'yellow' } as const;

function behaviourLines(anomaly: AnomalyRecord, style: ReportStyle): string[] {
  const { verdict, role, score, threshold, reason } = anomaly;
  const judged = role === null ? '' : ` for ${roleTitle(role, style.titles)}`;
  const text = verdict === 'not-evaluated' ? `not evaluated${judged}` : `${verdict}${judged}`;
  const alarm =
    threshold === null || verdict === 'not-evaluated' ? '' : `, alarm above ${decimal(threshold)}`;
  const figures = score === null ? '' : `score ${decimal(score)}${alarm}`;
  const strange = verdict === 'anomalous' ? anomaly.sessions : [];
  const named = strange.slice(0, SESSIONS_SHOWN).flatMap((session, i) => {
    const { initiator, responder, protocol, outlierProbability, why } = session;
    const reasons = why.length === 0 ? '' : ` (${why.join('; ')})`;
    const line = `${outlierProbability.toFixed(2)} ${protocol} ${initiator} → ${responder}${reasons}`;
    return labelled(i === 0 ? 'sessions' : '', line, style);
  });
  const more = strange.length - SESSIONS_SHOWN;
  const windows = verdict === 'anomalous' ? (anomaly.windows ?? []) : [];
  return [
    ...labelled('behaviour', text, style, VERDICT_COLOUR[verdict]),
    ...(figures === '' ? [] : labelled('', figures, style)),
    ...(reason === null ? [] : labelled('', reason, style)),
    ...windows.slice(0, WINDOWS_SHOWN).flatMap((window, i) => windowLines(window, i === 0, style)),
    ...named,
    ...(more > 0 ? labelled('', `and ${more} more`, style, 'dim') : []),
  ];
}

/** A minute or slice that stands out: what, with whom, and what normal it was compared with. */
function windowLines(window: NamedWindow, first: boolean, style: ReportStyle): string[] {
  const { start, why, peers, nearest } = window;
  const ends = peers.map(({ address, port, count }) => {
    const end = [address, port].filter((part) => part !== null).join(' ');
    return count > 1 ? `${end} (${count})` : end;
  });
  const named = [...new Set(ends)].slice(0, PEERS_SHOWN);
  return [
    ...labelled(first ? 'why' : '', `${start.slice(0, 19).replace('T', ' ')}: ${why.join('; ')}`, style),
    ...(named.length === 0 ? [] : labelled('', `with ${named.join(', ')}`, style)),
    ...(nearest === null ? [] : labelled('', `most like the normal ${nearest}`, style, 'dim')),
  ];
}

/** Widths of the columns of one-line answers; the device has none where the terminal is narrow. */
function lineWidths({ width }: ReportStyle): {
  role: number;
  share: number;
  verdict: number;
  device: number;
  file: number;
} {
  const role = width < 100 ? 18 : 28;
  const device = width < 76 ? 0 : 17;
  const used = role + 5 + 13 + device + (device === 0 ? 6 : 8);
  return { role, share: 5, verdict: 13, device, file: Math.max(16, width - used) };
}

/** The heading above the lines of many captures. */
export function predictionLineHead(style: ReportStyle): string {
  const { role, share, verdict, device } = lineWidths(style);
  const head = [
    padRight('role', role),
    padLeft('', share),
    padRight('behaviour', verdict),
    ...(device === 0 ? [] : [padRight('device', device)]),
    'capture',
  ];
  return `${paint(style, 'dim', head.join('  '))}\n`;
}

/** One capture on one line; a narrow terminal loses the start of the path, the name at its end tells more. */
export function predictionLine(outcome: PredictionRecord, style: ReportStyle): string {
  const { role, share, verdict, device, file } = lineWidths(style);
  const title = plainText(roleTitle(outcome.role.label, style.titles));
  const address = plainText(outcome.device.addresses[0] ?? outcome.device.mac ?? '');
  const cells = [
    padRight(shorten(title, role), role),
    padLeft(percent(outcome.role.confidence), share),
    paint(style, VERDICT_COLOUR[outcome.anomaly.verdict], padRight(outcome.anomaly.verdict, verdict)),
    ...(device === 0 ? [] : [padRight(shorten(address, device), device)]),
    shortenStart(plainText(outcome.capture.file), file),
  ];
  return `${cells.join('  ')}\n`;
}

/** What became of many captures, in one line: how many of each role, how many anomalous, how many failed. */
export function predictionSummary(outcomes: PredictionCounts, style: ReportStyle): string {
  const roles = [...outcomes.roles]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([role, n]) => `${n} ${plainText(roleTitle(role, style.titles))}`);
  const parts = [
    ...roles,
    ...(outcomes.anomalous > 0 ? [`${outcomes.anomalous} anomalous`] : []),
    ...(outcomes.failed > 0 ? [`${outcomes.failed} failed`] : []),
  ];
  const lines = wrap(`${counted(outcomes.all, 'capture')}: ${parts.join(', ')}`, Math.max(20, style.width));
  return `${lines.join('\n')}\n`;
}

/** Running totals over the captures of a run. */
export interface PredictionCounts {
  all: number;
  failed: number;
  anomalous: number;
  /** Answers, `Unknown` among them, to their number. */
  roles: Map<string, number>;
}
