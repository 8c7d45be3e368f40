import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BehaviourMeasure, type LabelledCapture, measureBehaviour } from '../anomaly/index.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import type { BehaviourEvaluationRecord, BehaviourFigures, CountRecord } from '../types.js';
import { readCorpus, type StepProgress } from './corpus.js';
import { parseCsv } from './csv.js';
import { observe } from './observe.js';

export interface BehaviourEvaluateOptions {
  /** Directories of attack captures, each with a table `labels.csv` whose column `anomaly` says what was done. */
  readonly attacks: readonly string[];
  /** Label table of the normal captures. */
  readonly labels?: string;
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
  const { seed, onProgress, labels } = options;
  const corpus = await readCorpus(paths, {
    deviceFrom: 'labels',
    ...(labels === undefined ? {} : { labels }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const skipped = [...corpus.skipped];
  const attacks: AttackCapture[] = [];
  for (const directory of options.attacks)
    attacks.push(...(await readAttacks(directory, skipped, onProgress)));
  if (attacks.length === 0) {
    throw new NetworkmlError('NML_TRAIN_DATA', 'no attack capture could be read', {
      hint: 'name directories with a labels.csv that has a column "anomaly"',
    });
  }
  const real = attacks.filter(({ composite }) => !composite);
  const composites = attacks.filter(({ composite }) => composite);
  const training = {
    roles: corpus.set.roles,
    captures: corpus.captures.map(({ role, device, units, file }) => ({
      role,
      device,
      units,
      name: basename(file),
    })),
    seed,
  };
  const lists = [real, composites].filter(({ length }) => length > 0);
  const splits = (['devices', 'captures'] as const).flatMap((split) => {
    onProgress?.({ step: `leaving ${split} out`, done: 0, total: 1 });
    return measureBehaviour(training, lists, split).map((measure, list) =>
      figuresRecord(measure, lists[list] ?? []),
    );
  });
  return {
    schema: 'networkml/behaviour-evaluation/v1',
    seed,
    captures: corpus.captures.length,
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

async function readAttacks(
  directory: string,
  skipped: { file: string; reason: string }[],
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
        ...(known ? { device: { ...hint, source: 'option' } } : {}),
      });
      const { role, what, composite } = row;
      const device = row.device === '' ? row.file : `${role}/${row.device}`;
      attacks.push({ role, device, units: seen.behaviour.units, name: row.file, what, composite });
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
