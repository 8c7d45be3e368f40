import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { toNetworkmlError } from '../errors.js';
import {
  addVectors,
  type BehaviourUnits,
  PORT_PROTOCOL_COLUMNS,
  PORT_PROTOCOL_LAYOUT,
  SERVICES_COLUMNS,
  SERVICES_LAYOUT,
  type ServiceWindows,
} from '../features/index.js';
import { SparseRowsBuilder } from '../math/index.js';
import type { RoleExample, RoleTrainingSet } from '../roles/index.js';
import { type DeviceHint, describeDevice, parseCaptureName } from '../sessions/index.js';
import { expandInputs } from './inputs.js';
import { findLabelTable, type Label, type LabelTable, readLabelTable } from './labels.js';
import { type Observation, observe } from './observe.js';

/** A capture of known role, as far as training and evaluation need it. */
export interface LabelledObservation {
  readonly file: string;
  readonly role: string;
  readonly device: string;
  readonly sha256: string;
  readonly units: BehaviourUnits;
  /** Ids of distinct vectors in the corpus's table, and the number of sessions with each. */
  readonly rows: Uint32Array;
  readonly counts: Float64Array;
  /** The same of the vectors of its windows. */
  readonly windowRows: Uint32Array;
  readonly windowCounts: Float64Array;
  /** What devices of one maker or plant share; null where the label table has no such column. */
  readonly family: string | null;
  /** Whether the host chosen from the traffic is the one of the label table; null where that does not say. */
  readonly chosenRight: boolean | null;
  readonly twoHost: boolean | null;
}

export interface Corpus {
  /** In order of file names. */
  readonly captures: readonly LabelledObservation[];
  /** One vector a session, layout `port-protocol-4104/1`. */
  readonly set: RoleTrainingSet;
  /** The same examples in the same order with one vector a window, layout `services/1`. */
  readonly windowSet: RoleTrainingSet;
  /** Captures that should have been used and could not be, and why. */
  readonly skipped: readonly { file: string; reason: string }[];
  /** Captures that the label table does not list, or lists as attacks: left out on purpose. */
  readonly unlisted: number;
  /** Digest of the sorted table of the captures' digests and labels. */
  readonly digest: string;
  readonly labelTable: string | null;
  /** False when no capture names its device: then every capture counts as a device of its own. */
  readonly devicesKnown: boolean;
}

/** A step of a longer piece of work, for a progress display. */
export interface StepProgress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface CorpusOptions {
  /** Label table; by default the one that lies in the directory. */
  readonly labels?: string;
  /** Whether the device of a capture is taken from the label table, where it gives one, or chosen from the traffic. */
  readonly deviceFrom: 'labels' | 'traffic';
  readonly onProgress?: (progress: StepProgress) => void;
}

/**
 * Reads all labelled captures below some paths. Labels come from the label table, else from the names of the files;
 * with a table, captures that it does not list are left out.
 */
export async function readCorpus(paths: readonly string[], options: CorpusOptions): Promise<Corpus> {
  const tablePath = options.labels ?? findLabelTable(paths);
  const table = tablePath === undefined ? undefined : readLabelTable(tablePath);
  const inputs = [...expandInputs(paths)];
  const builder = new SparseRowsBuilder(PORT_PROTOCOL_COLUMNS);
  const windowBuilder = new SparseRowsBuilder(SERVICES_COLUMNS);
  const captures: LabelledObservation[] = [];
  const skipped: { file: string; reason: string }[] = [];
  let devicesKnown = false;
  let unlisted = 0;
  for (const [done, input] of inputs.entries()) {
    options.onProgress?.({ step: 'reading captures', done, total: inputs.length });
    const label = labelOf(input.path, table);
    if ('error' in input) skipped.push({ file: input.path, reason: input.error.toSentence() });
    else if (label === undefined && table !== undefined) unlisted++;
    else if (label === undefined) skipped.push({ file: input.path, reason: NO_ROLE_IN_NAME });
    else {
      try {
        captures.push(await readLabelled(input.path, label, options.deviceFrom, builder, windowBuilder));
        devicesKnown ||= label.device !== null;
      } catch (error) {
        skipped.push({ file: input.path, reason: toNetworkmlError(error, input.path).toSentence() });
      }
    }
  }
  captures.sort((a, b) => (basename(a.file) < basename(b.file) ? -1 : 1));
  return {
    captures,
    set: trainingSet(PORT_PROTOCOL_LAYOUT, captures, builder, ({ rows, counts }) => ({ rows, counts })),
    windowSet: trainingSet(SERVICES_LAYOUT, captures, windowBuilder, ({ windowRows, windowCounts }) => ({
      rows: windowRows,
      counts: windowCounts,
    })),
    skipped,
    unlisted,
    digest: corpusDigest(captures),
    labelTable: table?.path ?? null,
    devicesKnown,
  };
}

function labelOf(path: string, table: LabelTable | undefined): Label | undefined {
  if (table !== undefined) return table.labels.get(basename(path));
  const name = parseCaptureName(path);
  if (name === null || name.deviceName === null) return undefined;
  // Flags that begin with "a" mark captures of abnormal traffic: they are not what a role is learnt from.
  if (name.flags?.startsWith('a') === true) return undefined;
  return {
    role: name.deviceName,
    device: name.deviceId,
    address: null,
    mac: null,
    twoHost: null,
    family: null,
  };
}

const NO_ROLE_IN_NAME =
  'its name gives no role (DeviceName-deviceID-time-duration-flags), or marks it as abnormal';

async function readLabelled(
  path: string,
  label: Label,
  deviceFrom: 'labels' | 'traffic',
  builder: SparseRowsBuilder,
  windowBuilder: SparseRowsBuilder,
): Promise<LabelledObservation> {
  const hint = hintOf(label);
  const known = deviceFrom === 'labels' && hint !== undefined;
  const seen = await observe(path, { digest: 'always', ...(known ? { device: hint } : {}) });
  const { rows, counts } = corpusRows(addVectors(builder, seen.vectors), seen.vectors.counts);
  const windows = corpusRows(addWindows(windowBuilder, seen.windows));
  return {
    file: path,
    role: label.role,
    device: label.device === null ? basename(path) : `${label.role}/${label.device}`,
    sha256: (await seen.summary.sha256) ?? '',
    units: seen.behaviour.units,
    rows,
    counts,
    windowRows: windows.rows,
    windowCounts: windows.counts,
    family: label.family,
    chosenRight: known || hint === undefined ? null : isLabelledDevice(seen, label),
    twoHost: label.twoHost,
  };
}

function hintOf({ address, mac }: Label): DeviceHint | undefined {
  if (address === null && mac === null) return undefined;
  return {
    ...(address === null ? {} : { address }),
    ...(mac === null ? {} : { mac }),
    source: 'option',
  };
}

function isLabelledDevice({ table, device }: Observation, label: Label): boolean {
  const described = describeDevice(table, device);
  return label.address === null ? described.mac === label.mac : described.addresses.includes(label.address);
}

/** Adds the windows to a builder of sparse rows with SERVICES_COLUMNS columns; returns their row ids. */
function addWindows(builder: SparseRowsBuilder, { vectors }: ServiceWindows): Uint32Array {
  return Uint32Array.from(vectors, ({ columns, values }) => builder.add(columns, values));
}

/** Distinct rows in ascending order with their counts (1 each unless given): equal rows are joined. */
function corpusRows(ids: Uint32Array, each?: Float64Array): { rows: Uint32Array; counts: Float64Array } {
  const byRow = new Map<number, number>();
  ids.forEach((row, index) => {
    byRow.set(row, (byRow.get(row) ?? 0) + ((each?.[index] ?? 1) as number));
  });
  const sorted = [...byRow].sort(([a], [b]) => a - b);
  return {
    rows: Uint32Array.from(sorted, ([row]) => row),
    counts: Float64Array.from(sorted, ([, count]) => count),
  };
}

function trainingSet(
  layout: string,
  captures: readonly LabelledObservation[],
  builder: SparseRowsBuilder,
  vectorsOf: (capture: LabelledObservation) => Pick<RoleExample, 'rows' | 'counts'>,
): RoleTrainingSet {
  const roles = [...new Set(captures.map(({ role }) => role))].sort();
  const examples: RoleExample[] = captures.map((capture) => ({
    file: capture.file,
    label: roles.indexOf(capture.role),
    device: capture.device,
    ...vectorsOf(capture),
  }));
  return { layout, roles, rows: builder.build(), examples };
}

function corpusDigest(captures: readonly LabelledObservation[]): string {
  const hash = createHash('sha256');
  const lines = captures.map(({ sha256, role, device }) => `${sha256} ${role} ${device}\n`).sort();
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
}
