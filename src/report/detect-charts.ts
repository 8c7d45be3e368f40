/** Pictures of scores as SVG: a histogram by label, and the ROC curve. Colours are variables of the page. */

import { scoreFigure } from './detect-table.js';
import { htmlText } from './escape.js';
import { count, percent } from './quantities.js';

/** A score and its label; null where there is none. */
export interface ChartScore {
  readonly score: number;
  readonly label: 0 | 1 | null;
}

const PLOT = { width: 520, height: 300, left: 56, right: 28, top: 14, bottom: 44 } as const;
const BINS = 40;

function svg(about: string, body: string): string {
  const { width, height } = PLOT;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${htmlText(about)}">${body}</svg>`;
}

function text(x: number, y: number, content: string, anchor: string, more = ''): string {
  return `<text class="tick" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${more}>${htmlText(content)}</text>`;
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}

function atX(share: number): number {
  return PLOT.left + share * (PLOT.width - PLOT.left - PLOT.right);
}

function atY(share: number): number {
  return PLOT.height - PLOT.bottom - share * (PLOT.height - PLOT.top - PLOT.bottom);
}

function axisNames(x: string, y: string): string {
  const { width, height, left, right, top, bottom } = PLOT;
  const turned = ` transform="translate(13 ${(top + height - bottom) / 2}) rotate(-90)"`;
  return text((left + width - right) / 2, height - 6, x, 'middle') + text(0, 0, y, 'middle', turned);
}

function gridLine(x1: number, x2: number, y1: number, y2: number, kind = 'grid'): string {
  return `<line class="${kind}" x1="${round(x1)}" x2="${round(x2)}" y1="${round(y1)}" y2="${round(y2)}"/>`;
}

/** From where to where scores are drawn; what lies beyond falls into the outermost bars. */
function scoreRange(scores: readonly ChartScore[], threshold: number): readonly [number, number] {
  const sorted = Float64Array.from(scores, ({ score }) => score).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? threshold;
  const middle = at(0.9) - at(0.1);
  const least = Math.max(at(0), at(0.1) - 3 * middle);
  const most = Math.min(at(1), at(0.9) + 3 * middle);
  const span = Math.max(most, threshold) - Math.min(least, threshold) || 1;
  return [Math.min(least, threshold - 0.02 * span), Math.max(most, threshold + 0.02 * span)];
}

/** Shares of the scores of each label in 40 equal stretches, and where the threshold lies. */
export function scoreHistogram(scores: readonly ChartScore[], threshold: number): string {
  const [from, to] = scoreRange(scores, threshold);
  const binOf = (score: number): number =>
    Math.min(BINS - 1, Math.max(0, Math.floor(((score - from) / (to - from)) * BINS)));
  const series = ([0, null, 1] as const).flatMap((label) => {
    const own = scores.filter((each) => each.label === label);
    if (own.length === 0) return [];
    const bins = new Array<number>(BINS).fill(0);
    for (const { score } of own) bins[binOf(score)] = (bins[binOf(score)] ?? 0) + 1;
    return [{ label, total: own.length, bins }];
  });
  const highest = Math.max(...series.flatMap(({ bins, total }) => bins.map((n) => n / total)));
  const grid = [0, 0.5, 1].map((part) => {
    const y = atY(part);
    return (
      gridLine(PLOT.left, PLOT.width - PLOT.right, y, y) +
      text(PLOT.left - 7, y + 4, percent(part * highest), 'end')
    );
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    text(atX(part), PLOT.height - PLOT.bottom + 16, scoreFigure(from + part * (to - from)), 'middle'),
  );
  const bars = series.flatMap(({ label, total, bins }) => {
    const name = label === null ? 'flows' : label === 0 ? 'normal flows' : 'anomalous flows';
    return bins.flatMap((n, bin) => {
      if (n === 0) return [];
      const [x, y] = [atX(bin / BINS), atY(n / total / highest)];
      const edge = scoreFigure(from + (bin / BINS) * (to - from));
      const about = `${count(n)} of ${count(total)} ${name} score about ${edge}`;
      const size = `width="${round(atX(1 / BINS) - PLOT.left - 1)}" height="${round(atY(0) - y)}"`;
      return [
        `<rect class="${label === 1 ? 'odd' : 'usual'}" x="${round(x)}" y="${round(y)}" ${size}><title>${htmlText(about)}</title></rect>`,
      ];
    });
  });
  const cut = atX((threshold - from) / (to - from));
  const mark =
    gridLine(cut, cut, PLOT.top, atY(0), 'cut') +
    text(
      cut > PLOT.width / 2 ? cut - 5 : cut + 5,
      PLOT.top + 9,
      'threshold',
      cut > PLOT.width / 2 ? 'end' : 'start',
    );
  const body =
    grid.join('') + ticks.join('') + bars.join('') + mark + axisNames('score', 'share of its kind');
  return svg('Histogram of the scores by label', body);
}

/** False alarms and detections at every threshold; the dot is the threshold of the model. */
export function rocChart(scores: readonly ChartScore[], threshold: number): string {
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      gridLine(PLOT.left, PLOT.width - PLOT.right, atY(part), atY(part)) +
      gridLine(atX(part), atX(part), PLOT.top, atY(0)) +
      text(PLOT.left - 7, atY(part) + 4, String(part), 'end') +
      text(atX(part), PLOT.height - PLOT.bottom + 16, String(part), 'middle'),
  );
  const points = rocPoints(scores).map(([x, y]) => `${round(atX(x))},${round(atY(y))}`);
  const share = (label: 0 | 1): number => {
    const own = scores.filter((each) => each.label === label);
    return own.filter(({ score }) => score > threshold).length / own.length;
  };
  const about = `at the threshold: ${percent(share(1))} detected, ${percent(share(0))} false alarms`;
  const body =
    grid.join('') +
    gridLine(atX(0), atX(1), atY(0), atY(1), 'ideal') +
    `<polyline class="line" points="${points.join(' ')}"/>` +
    `<circle class="dot" cx="${round(atX(share(0)))}" cy="${round(atY(share(1)))}" r="5"><title>${htmlText(about)}</title></circle>` +
    axisNames('false alarms, share of normal flows', 'detected, share of anomalous flows');
  return svg('ROC curve', body);
}

/** From (0, 0) to (1, 1) by falling scores; equal scores are one step. */
function rocPoints(scores: readonly ChartScore[]): (readonly [number, number])[] {
  const sorted = scores.filter(({ label }) => label !== null).sort((a, b) => b.score - a.score);
  const all = sorted.filter(({ label }) => label === 1).length;
  const points: (readonly [number, number])[] = [[0, 0]];
  let found = 0;
  sorted.forEach(({ score, label }, at) => {
    if (label === 1) found++;
    if (sorted[at + 1]?.score !== score) points.push([(at + 1 - found) / (sorted.length - all), found / all]);
  });
  return points;
}
