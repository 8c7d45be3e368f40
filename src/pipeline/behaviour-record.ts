/** A verdict on behaviour as the record says it. */
import type { BehaviourVerdict, Finding } from '../anomaly/index.js';
import { BIN_SECONDS, type SessionTable, WINDOW_SECONDS } from '../sessions/index.js';
import type { AnomalyRecord, BehaviourSlice, NamedWindow } from '../types.js';
import { windowWords } from './behaviour-words.js';
import type { Observation } from './observe.js';
import { formatMoment, namedSession } from './records.js';

/** Slices that a timeline has at most: of longer captures the strangest are shown. */
const timelineLimit = 96;

/** The record of a verdict. */
export function anomalyRecord(
  seen: Observation,
  verdict: BehaviourVerdict,
  reason: string | null,
): AnomalyRecord {
  const { role, score, threshold, view, findings } = verdict;
  const sessions = findings.flatMap((finding) =>
    finding.sessionRow === null ? [] : [namedSession(seen.table, finding, finding.sessionRow)],
  );
  const windows = findings.flatMap((finding) =>
    finding.sessionRow === null ? [namedWindow(seen, finding)] : [],
  );
  return {
    role,
    verdict: verdict.verdict,
    score,
    threshold,
    reason,
    sessions,
    ...(view === null ? {} : { view }),
    windows,
    timeline: timelineOf(seen.table, verdict),
  };
}

function namedWindow(seen: Observation, finding: Finding): NamedWindow {
  const net = finding.view === 'net';
  const seconds = net ? WINDOW_SECONDS : BIN_SECONDS;
  const slice = net ? (seen.behaviour.units.net.window[finding.unit] as number) : finding.bin;
  return {
    view: finding.view,
    start: timeAt(seen.table, slice * seconds),
    seconds,
    outlierProbability: finding.outlierProbability,
    ...windowWords(seen, finding),
    nearest: finding.nearest,
  };
}

function timelineOf(table: SessionTable, { bins }: BehaviourVerdict): BehaviourSlice[] {
  return bins
    .toSorted((a, b) => a.probability - b.probability)
    .slice(0, timelineLimit)
    .sort((a, b) => a.bin - b.bin)
    .map(({ bin, probability, view }) => ({
      start: timeAt(table, bin * BIN_SECONDS),
      score: Number(Math.max(0, -Math.log10(probability)).toFixed(4)),
      view,
    }));
}

function timeAt({ base }: SessionTable, seconds: number): string {
  return formatMoment({ seconds: base.seconds + seconds, nanoseconds: base.nanoseconds });
}
