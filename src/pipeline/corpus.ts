import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { NetworkmlError } from '../errors.js';
import {
  type BehaviourUnits,
  PORT_PROTOCOL_COLUMNS,
  PORT_PROTOCOL_LAYOUT,
  SERVICES_COLUMNS,
  SERVICES_LAYOUT,
} from '../features/index.js';
import { SparseRowsBuilder } from '../math/index.js';
import type { RoleExample, RoleTrainingSet } from '../roles/index.js';
import { type NotRead, readCaptures, type StepProgress } from './read-captures.js';
import { readRoleMap } from './role-map.js';
import { type CountedVector, type DeviceFrom, deviceName, type TrainingCapture } from './training-capture.js';

export type { StepProgress } from './read-captures.js';

/** A capture of known role, as far as training and evaluation need it. */
export interface LabelledObservation {
  readonly file: string;
  readonly role: string;
  readonly device: string;
  readonly sha256: string;
  readonly units: BehaviourUnits;
  /** As in `TrainingCapture`; null, too, where they were not asked for. */
  readonly hints: Uint32Array | null;
  /** Ids of distinct vectors in the corpus's table, and the number of sessions with each. */
  readonly rows: Uint32Array;
  readonly counts: Float64Array;
  /** The same of the vectors of its windows. */
  readonly windowRows: Uint32Array;
  readonly windowCounts: Float64Array;
  /** What devices of one maker or plant share; null where the label table has no such column. */
  readonly family: string | null;
  /** The network it is of, and what stands for the role there; null likewise. */
  readonly site: string | null;
  readonly implementation: string | null;
  /** Whether the host chosen from the traffic is the one of the label table; null where that does not say. */
  readonly chosenRight: boolean | null;
  readonly twoHost: boolean | null;
  readonly deviceFrom: DeviceFrom;
  readonly fromTable: boolean;
  /** Learnt from in every fold, and never asked about. */
  readonly also: boolean;
}

export interface Corpus extends NotRead {
  /** In order of file names. */
  readonly captures: readonly LabelledObservation[];
  /** One vector a session, layout `port-protocol-4104/1`. */
  readonly set: RoleTrainingSet;
  /** The same examples in the same order with one vector a window, layout `services/1`. */
  readonly windowSet: RoleTrainingSet;
  /** Digest of the sorted table of the captures' digests and labels. */
  readonly digest: string;
  /** False when no capture names its device: then every capture counts as a device of its own. */
  readonly devicesKnown: boolean;
}

export interface CorpusOptions {
  /** Label table; by default the one that lies in the directory. */
  readonly labels?: string;
  /** Whether the device of a capture is taken from the label table, where it gives one, or chosen from the traffic. */
  readonly deviceFrom: DeviceFrom;
  /** Captures, directories and training tables that are learnt from besides, but never asked about. */
  readonly also?: readonly string[];
  /** What the weights of captures learnt from besides are multiplied by; see `shareOfOthers` unless given. */
  readonly alsoShare?: number;
  /** Table of roles that mean the same: see `readRoleMap`. */
  readonly mapRoles?: string;
  /** Whether names and process codes are read, too. */
  readonly names?: boolean;
  /** Whether it is read, likewise, what devices say of themselves; what tables hold of it is passed over otherwise. */
  readonly hints?: boolean;
  readonly onProgress?: (progress: StepProgress) => void;
}

/** A capture on its way into the corpus. */
interface Entry {
  readonly capture: TrainingCapture;
  readonly also: boolean;
  readonly share?: number;
}

/**
 * What the weights of captures of a named origin that are learnt from besides are multiplied by. Chosen on left-out real
 * devices and makers with a laboratory's captures besides (docs/roles.md): at 1 places two and three suffer.
 */
export const shareOfOthers = 0.3;

/**
 * Reads all labelled captures below some paths, and those of training tables. What comes of them does not depend on
 * which of both they came from, nor on their order: a capture that comes twice is taken once.
 * @throws NetworkmlError NML_LABELS, NML_TABLE
 */
export async function readCorpus(paths: readonly string[], options: CorpusOptions): Promise<Corpus> {
  const {
    also = [],
    alsoShare,
    labels,
    mapRoles,
    names = false,
    hints = false,
    deviceFrom,
    onProgress,
  } = options;
  const entries: Entry[] = [];
  const roleMap = mapRoles === undefined ? undefined : readRoleMap(mapRoles);
  const take = (fromAlso: boolean) => (read: TrainingCapture) => {
    const capture = hints ? read : { ...read, hints: null };
    const role = roleMap?.get(capture.label.role);
    const mapped = role === undefined ? capture : { ...capture, label: { ...capture.label, role } };
    const share = fromAlso ? (alsoShare ?? (mapped.label.origin === null ? 1 : shareOfOthers)) : 1;
    entries.push({ capture: mapped, also: fromAlso, ...(share !== 1 && { share }) });
  };
  const common = { deviceFrom, names, hints, ...(onProgress && { onProgress }) };
  const own = await readCaptures(paths, { ...common, ...(labels !== undefined && { labels }) }, take(false));
  const others = also.length === 0 ? undefined : await readCaptures(also, common, take(true));
  const { kept, repeated } = withoutRepeats(entries);
  return {
    ...assemble(kept),
    skipped: [...own.skipped, ...(others?.skipped ?? []), ...repeated],
    unlisted: own.unlisted + (others?.unlisted ?? 0),
    labelTable: own.labelTable,
  };
}

/** No capture of the corpus can be used: why not the first one. */
export function noCapture({ skipped: [first] }: Corpus): NetworkmlError {
  const why = first === undefined ? '' : `: ${first.reason}`;
  return new NetworkmlError('NML_TRAIN_DATA', `no labelled capture${why}`);
}

/** The entries in order of file names; of the same capture with the same label only the first, own ones before others. */
function withoutRepeats(entries: readonly Entry[]): {
  kept: readonly Entry[];
  repeated: { file: string; reason: string }[];
} {
  const kept = new Map<string, Entry>();
  const repeated: { file: string; reason: string }[] = [];
  for (const entry of entries) {
    const key = orderKey(entry);
    if (kept.has(key)) repeated.push({ file: entry.capture.file, reason: 'the same capture comes twice' });
    else kept.set(key, entry);
  }
  const sorted = [...kept].sort(([a], [b]) => (a < b ? -1 : 1));
  return { kept: sorted.map(([, entry]) => entry), repeated };
}

function orderKey({ capture }: Entry): string {
  return [basename(capture.file), capture.sha256, deviceName(capture)].join('\u0000');
}

function assemble(
  entries: readonly Entry[],
): Pick<Corpus, 'captures' | 'set' | 'windowSet' | 'digest' | 'devicesKnown'> {
  const builder = new SparseRowsBuilder(PORT_PROTOCOL_COLUMNS);
  const windowBuilder = new SparseRowsBuilder(SERVICES_COLUMNS);
  const captures = entries.map(({ capture, also }): LabelledObservation => {
    const { file, sha256, label, units, hints, chosenRight, deviceFrom, fromTable } = capture;
    const { role, family, site, implementation, twoHost } = label;
    const windows = corpusRows(windowBuilder, capture.windows);
    return {
      file,
      role,
      device: deviceName(capture),
      sha256,
      units,
      hints,
      ...corpusRows(builder, capture.sessions),
      windowRows: windows.rows,
      windowCounts: windows.counts,
      family,
      site,
      implementation,
      chosenRight,
      twoHost,
      deviceFrom,
      fromTable,
      also,
    };
  });
  return {
    captures,
    set: trainingSet(PORT_PROTOCOL_LAYOUT, captures, entries, builder, ({ rows, counts }) => ({
      rows,
      counts,
    })),
    windowSet: trainingSet(
      SERVICES_LAYOUT,
      captures,
      entries,
      windowBuilder,
      ({ windowRows, windowCounts }) => ({ rows: windowRows, counts: windowCounts }),
    ),
    digest: corpusDigest(captures),
    devicesKnown: entries.some(({ capture }) => capture.label.device !== null),
  };
}

/** Adds vectors to a builder: their distinct ids in ascending order with their counts; equal rows are joined. */
function corpusRows(
  builder: SparseRowsBuilder,
  vectors: readonly CountedVector[],
): { rows: Uint32Array; counts: Float64Array } {
  const byRow = new Map<number, number>();
  for (const { columns, values, count } of vectors) {
    const row = builder.add(columns, values);
    byRow.set(row, (byRow.get(row) ?? 0) + count);
  }
  const sorted = [...byRow].sort(([a], [b]) => a - b);
  return {
    rows: Uint32Array.from(sorted, ([row]) => row),
    counts: Float64Array.from(sorted, ([, count]) => count),
  };
}

function trainingSet(
  layout: string,
  captures: readonly LabelledObservation[],
  entries: readonly Entry[],
  builder: SparseRowsBuilder,
  vectorsOf: (capture: LabelledObservation) => Pick<RoleExample, 'rows' | 'counts'>,
): RoleTrainingSet {
  const roles = [...new Set(captures.map(({ role }) => role))].sort();
  const examples: RoleExample[] = captures.map((capture, index) => {
    const { capture: read, share } = entries[index] as Entry;
    const { origin } = read.label;
    return {
      file: capture.file,
      label: roles.indexOf(capture.role),
      device: capture.device,
      ...(origin === null ? {} : { origin }),
      ...(share === undefined ? {} : { share }),
      ...vectorsOf(capture),
    };
  });
  return { layout, roles, rows: builder.build(), examples };
}

function corpusDigest(captures: readonly LabelledObservation[]): string {
  const hash = createHash('sha256');
  const lines = captures.map(({ sha256, role, device }) => `${sha256} ${role} ${device}\n`).sort();
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
}
