/** Pictures of an evaluation as SVG inside a page. Colours are variables of the page, so that they follow its scheme. */

import type { CoverageRecord, EvaluationRecord, LearningPoint, ReliabilityRecord } from '../types.js';
import { htmlText } from './escape.js';
import { shorten } from './layout.js';
import { count, percent } from './quantities.js';

/** Width of a letter of 12 px, more or less: labels are shortened by it. */
const LETTER = 6.6;
const LABEL_LETTERS = 28;

/** One bar of a chart: how long it is, and a longer, paler one behind it. */
export interface ChartBar {
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
  /** 0 to 1; at least as much. */
  readonly behind?: number;
  readonly note: string;
}

function svg(width: number, height: number, about: string, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${htmlText(about)}">${body}</svg>`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${attributes === '' ? '' : ` ${attributes}`}>${htmlText(content)}</text>`;
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** Bars between `least` and 1, one below the other. */
export function barChart(bars: readonly ChartBar[], about: string, least = 0): string {
  const labels = Math.max(...bars.map(({ label }) => Math.min(LABEL_LETTERS, label.length))) * LETTER + 14;
  const [span, row] = [380, 24];
  const notes = Math.max(...bars.map(({ note }) => note.length)) * LETTER + 16;
  const wide = (share: number): number => (span * Math.max(0, share - least)) / (1 - least);
  const top = 22;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const x = labels + span * part;
    const value = least + (1 - least) * part;
    return (
      `<line class="grid" x1="${round(x)}" x2="${round(x)}" y1="${top - 4}" y2="${top + bars.length * row}"/>` +
      text(x, top - 9, Number(value.toFixed(3)).toString(), 'class="tick" text-anchor="middle"')
    );
  });
  const drawn = bars.map(({ label, share, behind, note }, i) => {
    const y = top + i * row;
    const box = (width: number, kind: string): string =>
      `<rect class="${kind}" x="${round(labels)}" y="${y + 4}" width="${round(width)}" height="${row - 9}" rx="2"/>`;
    return (
      `<g><title>${htmlText(`${label}: ${note}`)}</title>` +
      text(labels - 8, y + 16, shorten(label, LABEL_LETTERS), 'text-anchor="end"') +
      (behind === undefined ? '' : box(wide(behind), 'pale')) +
      box(wide(share), 'full') +
      text(labels + span + 10, y + 16, note, 'class="tick"') +
      '</g>'
    );
  });
  const width = Math.ceil(labels + span + notes);
  return svg(width, top + bars.length * row + 6, about, ticks.join('') + drawn.join(''));
}

/** Who was taken for whom: true roles in rows, answers in columns, shades by the share of the row. */
export function confusionChart(
  { roles, matrix }: EvaluationRecord['confusion'],
  titles: readonly string[],
): string {
  const shown = roles.map((_, i) => i);
  const left = Math.max(...titles.map((title) => Math.min(LABEL_LETTERS, title.length))) * LETTER + 40;
  const [cell, top] = [32, 34];
  const heads = shown.map((j) =>
    text(left + (j + 0.5) * cell, top - 10, String(j + 1), 'class="tick" text-anchor="middle"'),
  );
  const rows = shown.map((i) => {
    const row = matrix[i] ?? [];
    const total = row.reduce((sum, n) => sum + n, 0);
    const y = top + i * cell;
    const cells = row.map((n, j) => {
      const share = total === 0 ? 0 : n / total;
      const about = `${titles[i] ?? ''} answered as ${titles[j] ?? ''}: ${count(n)} of ${count(total)} (${percent(share)})`;
      const kind = i === j ? 'right' : 'wrong';
      const box = `<rect class="${kind}" x="${round(left + j * cell)}" y="${y}" width="${cell - 2}" height="${cell - 2}" rx="3" style="--share:${share.toFixed(3)}"/>`;
      const number =
        n === 0
          ? ''
          : text(
              left + j * cell + (cell - 2) / 2,
              y + 19,
              shortCount(n),
              `class="${share > 0.55 ? 'on ' : ''}cell" text-anchor="middle"`,
            );
      return `<g><title>${htmlText(about)}</title>${box}${number}</g>`;
    });
    const label = `${shorten(titles[i] ?? '', LABEL_LETTERS)} ${i + 1}`;
    return text(left - 10, y + 19, label, 'text-anchor="end"') + cells.join('');
  });
  const width = left + shown.length * cell + 8;
  return svg(
    Math.ceil(width),
    top + shown.length * cell + 4,
    'Confusion matrix: true roles in rows, answers in columns',
    heads.join('') + rows.join(''),
  );
}

/** Counts that fit into a cell. */
function shortCount(n: number): string {
  return n < 10_000 ? String(n) : `${Math.round(n / 1000)}k`;
}

const PLOT = { width: 430, height: 310, left: 58, right: 14, top: 12, bottom: 42 } as const;

/** Axes of a square from 0 to 1 with a curve and points over them. */
function plot(about: string, axes: readonly [string, string], body: string): string {
  const { width, height, left, right, top, bottom } = PLOT;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const [x, y] = [plotX(part), plotY(part)];
    return (
      `<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${height - bottom}"/>` +
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>` +
      text(Number(x), height - bottom + 16, String(part), 'class="tick" text-anchor="middle"') +
      text(left - 7, Number(y) + 4, String(part), 'class="tick" text-anchor="end"')
    );
  });
  const names =
    text((left + width - right) / 2, height - 7, axes[0], 'class="tick" text-anchor="middle"') +
    text(
      0,
      0,
      axes[1],
      `class="tick" text-anchor="middle" transform="translate(12 ${(top + height - bottom) / 2}) rotate(-90)"`,
    );
  return svg(width, height, about, grid.join('') + names + body);
}

function plotX(share: number): string {
  return round(PLOT.left + share * (PLOT.width - PLOT.left - PLOT.right));
}

function plotY(share: number): string {
  return round(PLOT.height - PLOT.bottom - share * (PLOT.height - PLOT.top - PLOT.bottom));
}

function line(points: readonly (readonly [number, number])[], kind = 'line'): string {
  const path = points.map(([x, y]) => `${plotX(x)},${plotY(y)}`).join(' ');
  return `<polyline class="${kind}" points="${path}"/>`;
}

function dot(x: number, y: number, radius: number, about: string): string {
  return `<circle class="dot" cx="${plotX(x)}" cy="${plotY(y)}" r="${round(radius)}"><title>${htmlText(about)}</title></circle>`;
}

/** Confidence against accuracy; on the diagonal confidences are what they say. */
export function reliabilityChart(bins: readonly ReliabilityRecord[]): string {
  const most = Math.max(1, ...bins.map(({ items }) => items));
  const dots = bins.map(({ items, confidence, accuracy }) =>
    dot(
      confidence,
      accuracy,
      3 + 9 * Math.sqrt(items / most),
      `${count(items)} captures: confidence ${confidence.toFixed(2)}, ${percent(accuracy)} right`,
    ),
  );
  const curve = line(bins.map(({ confidence, accuracy }) => [confidence, accuracy] as const));
  const diagonal = line(
    [
      [0, 0],
      [1, 1],
    ],
    'ideal',
  );
  return plot('Reliability', ['confidence', 'share of right answers'], diagonal + curve + dots.join(''));
}

/** Share answered against how well, at rising cuts. */
export function coverageChart(coverage: readonly CoverageRecord[]): string {
  const points = coverage.flatMap(({ cut, coverage: share, accuracy }) =>
    accuracy === null ? [] : [{ cut, share, accuracy }],
  );
  const dots = points.map(({ cut, share, accuracy }) =>
    dot(
      share,
      accuracy,
      3.5,
      `Unknown below ${cut.toFixed(2)}: ${percent(share)} answered, ${percent(accuracy)} of these right`,
    ),
  );
  const curve = line(points.map(({ share, accuracy }) => [share, accuracy] as const));
  return plot(
    'Coverage against accuracy',
    ['share answered', 'share of right answers'],
    curve + dots.join(''),
  );
}

/** Recall by devices of a role that were learnt from. */
export function learningChart(points: readonly LearningPoint[]): string {
  const at = (i: number): number => (points.length === 1 ? 0.5 : 0.06 + (0.88 * i) / (points.length - 1));
  const series = (pick: (point: LearningPoint) => number, kind: string): string =>
    line(
      points.map((point, i) => [at(i), pick(point)] as const),
      kind,
    );
  const dots = points.map((point, i) =>
    dot(
      at(i),
      point.roleBalancedRecall,
      3.5,
      `${name(point)}: recall ${point.roleBalancedRecall.toFixed(3)}`,
    ),
  );
  const names = points.map((point, i) =>
    text(
      Number(plotX(at(i))),
      PLOT.height - PLOT.bottom + 16,
      name(point),
      'class="tick" text-anchor="middle"',
    ),
  );
  const { width, height, left, right, top, bottom } = PLOT;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${plotY(part)}" y2="${plotY(part)}"/>` +
      text(left - 7, Number(plotY(part)) + 4, String(part), 'class="tick" text-anchor="end"'),
  );
  const axes =
    text(
      (left + width - right) / 2,
      height - 7,
      'devices of each role to learn from',
      'class="tick" text-anchor="middle"',
    ) +
    text(
      0,
      0,
      'recall',
      `class="tick" text-anchor="middle" transform="translate(12 ${(top + height - bottom) / 2}) rotate(-90)"`,
    );
  const lines =
    series((point) => point.roleBalancedTop3, 'line second') +
    series((point) => point.roleBalancedRecall, 'line');
  return svg(width, height, 'Learning curve', grid.join('') + names.join('') + axes + lines + dots.join(''));
}

function name({ devices }: LearningPoint): string {
  return devices === null ? 'all' : String(devices);
}
