import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type BehaviourMeasure,
  type LabelledCapture,
  measureBehaviour,
  nameViewIds,
  withNames,
} from '../anomaly/index.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import { isTableFile, parseCsv } from '../tables/index.js';
import type { BehaviourEvaluationRecord, BehaviourFigures, CountRecord } from '../types.js';
import { meanOfRows, meanOfSessions, meanVector, trainedViews } from './behaviour-views.js';
import { type Corpus, readCorpus, type StepProgress } from './corpus.js';
import { observe } from './observe.js';
import { deviceName } from './training-capture.js';
import { readTrainingTable } from './training-table-read.js';

export interface BehaviourEvaluateOptions {
  /**
   * Directories of attack captures, each with a table `labels.csv` whose column `anomaly` says what was done, and
   * training tables, of which the attacks are taken.
   */
  readonly attacks: readonly string[];
  /** Label table of the normal captures. */
  readonly labels?: string;
  /** Normal captures that are learnt from besides, and never asked about. */
  readonly also?: readonly string[];
  /** Table of roles that mean the same. */
  readonly mapRoles?: string;
  /** Whether names and process codes have a say, too. */
  readonly names?: boolean;
  /** This view alone instead of the usual ones. */
  readonly view?: string;
  readonly seed: number;
  readonly onProgress?: (progress: StepProgress) => void;
}

interface AttackCapture extends LabelledCapture {
  readonly what: string;
  readonly composite: boolean;
}

/**
 * How well behaviour tells attacks from normal captures: trained on the normals with whole devices left out, and once
 * more with single captures left out, as if every device were enrolled. Composites are counted apart.
 * @throws NetworkmlError NML_TRAIN_DATA, NML_LABELS, NML_CONFIG
 */
export async function evaluateBehaviourOf(
  paths: readonly string[],
  options: BehaviourEvaluateOptions,
): Promise<BehaviourEvaluationRecord> {
  const { seed, onProgress, labels, also, mapRoles, view } = options;
  const names = options.names === true || nameViewIds.includes(view ?? '');
  const corpus = await readCorpus(paths, {
    deviceFrom: 'labels',
    names,
    ...(labels === undefined ? {} : { labels }),
    ...(also === undefined ? {} : { also }),
    ...(mapRoles === undefined ? {} : { mapRoles }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const skipped = [...corpus.skipped];
  const attacks: AttackCapture[] = [];
  for (const path of options.attacks) {
    const found = isTableFile(path)
      ? await readAttackTable(path)
      : await readAttacks(path, skipped, names, onProgress);
    attacks.push(...found);
  }
  if (attacks.length === 0) {
    throw new NetworkmlError('NML_TRAIN_DATA', 'no attack capture could be read', {
      hint: 'name directories with a labels.csv that has a column "anomaly", or training tables of attacks',
    });
  }
  const real = attacks.filter(({ composite }) => !composite);
  const composites = attacks.filter(({ composite }) => composite);
  const training = {
    roles: corpus.set.roles,
    captures: behaviourCaptures(corpus),
    seed,
    views: view === undefined ? trainedViews(names) : [view],
  };
  const way = view ?? (names ? withNames : undefined);
  const lists = [real, composites].filter(({ length }) => length > 0);
  const splits = (['devices', 'captures'] as const).flatMap((split) => {
    onProgress?.({ step: `leaving ${split} out`, done: 0, total: 1 });
    return measureBehaviour(training, lists, split, way).map((measure, list) =>
      figuresRecord(measure, lists[list] ?? []),
    );
  });
  return {
    schema: 'networkml/behaviour-evaluation/v1',
    seed,
    captures: corpus.captures.filter(({ also: fromOthers }) => !fromOthers).length,
    attacks: real.length,
    composites: composites.length,
    failed: skipped.length,
    splits,
    warnings: skipped
      .slice(0, 1)
      .map(
        ({ file, reason }) => `${skipped.length} captures could not be used, the first: ${file}: ${reason}`,
      ),
  };
}

/** The captures of a corpus as behaviour learns from them. */
export function behaviourCaptures({ captures, set }: Corpus): LabelledCapture[] {
  return captures.map(({ file, role, device, units, rows, counts, also }) => ({
    role,
    device,
    units: { ...units, ports: meanOfRows(set.rows, rows, counts) },
    name: basename(file),
    ...(also ? { also } : {}),
  }));
}

/** The attacks among the captures of a training table. */
async function readAttackTable(path: string): Promise<AttackCapture[]> {
  return (await readTrainingTable(path)).flatMap((capture) => {
    const { role, anomaly: what, composite } = capture.label;
    if (what === null) return [];
    const { file: name } = capture;
    const units = { ...capture.units, ports: meanVector(capture.sessions) };
    return [{ role, device: deviceName(capture), units, name, what, composite }];
  });
}

async function readAttacks(
  directory: string,
  skipped: { file: string; reason: string }[],
  names: boolean,
  onProgress?: (progress: StepProgress) => void,
): Promise<AttackCapture[]> {
  const rows = attackTable(join(directory, 'labels.csv'));
  const attacks: AttackCapture[] = [];
  for (const [done, row] of rows.entries()) {
    onProgress?.({ step: 'reading attacks', done, total: rows.length });
    const path = join(directory, row.file);
    try {
      const hint = { ...(row.address && { address: row.address }), ...(row.mac && { mac: row.mac }) };
      const known = row.address !== '' || row.mac !== '';
      const seen = await observe(path, {
        digest: 'never',
        names,
        ...(known ? { device: { ...hint, source: 'option' } } : {}),
      });
      const { role, what, composite } = row;
      const device = row.device === '' ? row.file : `${role}/${row.device}`;
      const units = { ...seen.behaviour.units, ports: meanOfSessions(seen.vectors) };
      attacks.push({ role, device, units, name: row.file, what, composite });
    } catch (error) {
      skipped.push({ file: path, reason: toNetworkmlError(error, path).toSentence() });
    }
  }
  return attacks;
}

interface AttackRow {
  readonly file: string;
  readonly role: string;
  readonly device: string;
  readonly address: string;
  readonly mac: string;
  readonly what: string;
  readonly composite: boolean;
}

function attackTable(path: string): AttackRow[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new NetworkmlError('NML_LABELS', 'the table of attacks cannot be read', { file: path, cause });
  }
  const [header = [], ...lines] = parseCsv(text);
  const column = new Map(header.map((name, index) => [name.trim().toLowerCase(), index]));
  for (const name of ['file', 'role', 'anomaly']) {
    if (!column.has(name)) {
      throw new NetworkmlError('NML_LABELS', `the table of attacks has no column "${name}"`, { file: path });
    }
  }
  return lines.flatMap((line) => {
    const cell = (name: string) => (line[column.get(name) ?? -1] ?? '').trim();
    const what = cell('anomaly');
    if (what === '') return [];
    const [address, mac] = [cell('device_ip'), cell('device_mac')];
    const composite = cell('composite') === 'yes';
    return [
      { file: cell('file'), role: cell('role'), device: cell('device'), address, mac, what, composite },
    ];
  });
}

function figuresRecord(measure: BehaviourMeasure, list: readonly AttackCapture[]): BehaviourFigures {
  const rounded = (value: number) => (Number.isNaN(value) ? null : Number(value.toFixed(4)));
  const threshold = measure.rates.find(({ rate }) => rate === 0.05)?.threshold ?? Number.MAX_VALUE;
  const kinds = new Map<string, { count: number; of: number }>();
  for (const { index, score } of measure.attacks) {
    const what = list[index]?.what ?? '';
    const known = kinds.get(what) ?? { count: 0, of: 0 };
    kinds.set(what, { count: known.count + Number(score > threshold), of: known.of + 1 });
  }
  const count = ({ count: one, of }: CountRecord): CountRecord => ({ count: one, of });
  return {
    leftOut: measure.split,
    composites: list.some(({ composite }) => composite),
    normals: measure.normals.length,
    attacks: measure.attacks.length,
    areaUnderRoc: rounded(measure.areaUnderRoc),
    areaUnderRocOwnRoles: rounded(measure.areaUnderRocOwnRoles),
    averagePrecision: rounded(measure.averagePrecision),
    rates: measure.rates.map(({ rate, threshold: limit, detected, falseAlarms }) => ({
      rate,
      threshold: Number(limit.toFixed(4)),
      detected: count(detected),
      falseAlarms: count(falseAlarms),
    })),
    falseAlarmsByLength: measure.falseAlarmsByLength.map(({ slices, falseAlarms }) => ({
      slices,
      falseAlarms: count(falseAlarms),
    })),
    kinds: Array.from(kinds, ([what, detected]) => ({ what, detected })).sort((a, b) =>
      a.what < b.what ? -1 : 1,
    ),
  };
}
