/** Labelled captures behind some paths: captures, directories of them, and training tables. */
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { toNetworkmlError } from '../errors.js';
import { parseCaptureName } from '../sessions/index.js';
import { isTableFile } from '../tables/index.js';
import { expandInputs, type Input } from './inputs.js';
import { findLabelTable, type Label, type LabelTable, readLabelTable } from './labels.js';
import { type DeviceFrom, readTrainingCapture, type TrainingCapture } from './training-capture.js';
import { readTrainingTable } from './training-table-read.js';

/** A step of a longer piece of work, for a progress display. */
export interface StepProgress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface ReadCapturesOptions {
  /** Label table of the captures; by default the one that lies in the directory. Training tables bring their own labels. */
  readonly labels?: string;
  readonly deviceFrom: DeviceFrom;
  /** Whether attacks are wanted, too; otherwise they are left out. */
  readonly attacks?: boolean;
  /** Whether names and process codes are read, too. */
  readonly names?: boolean;
  /** Whether it is read, likewise, what devices say of themselves. */
  readonly hints?: boolean;
  readonly onProgress?: (progress: StepProgress) => void;
}

/** What is said of captures that were not read. */
export interface NotRead {
  /** Captures that should have been used and could not be, and why. */
  readonly skipped: readonly { file: string; reason: string }[];
  /** Captures that the label table does not list, or lists as attacks: left out on purpose. */
  readonly unlisted: number;
  readonly labelTable: string | null;
}

/**
 * Reads all labelled captures one after the other and hands them out. Labels come from the label table, else from the
 * names of the files; with a table, captures that it does not list are left out.
 * @throws NetworkmlError NML_LABELS, NML_TABLE
 */
export async function readCaptures(
  paths: readonly string[],
  options: ReadCapturesOptions,
  take: (capture: TrainingCapture) => void,
): Promise<NotRead> {
  const { deviceFrom, onProgress, attacks = false, names = false, hints = false } = options;
  const labelPath = options.labels ?? findLabelTable(paths);
  const table = labelPath === undefined ? undefined : readLabelTable(labelPath);
  const inputs = paths.flatMap((path): (Input | { table: string })[] =>
    isTableFile(path) ? [{ table: path }] : [...expandInputs([path])],
  );
  const skipped: { file: string; reason: string }[] = [];
  let unlisted = 0;
  for (const [done, input] of inputs.entries()) {
    onProgress?.({ step: 'reading captures', done, total: inputs.length });
    // Reading a file does not wait for anything: signals are heard here.
    await setImmediate();
    if ('table' in input) {
      for (const capture of await readTrainingTable(input.table)) {
        if (capture.label.anomaly === null || attacks) take(capture);
        else unlisted++;
      }
      continue;
    }
    const label = labelOf(input.path, table, attacks);
    if ('error' in input) skipped.push({ file: input.path, reason: input.error.toSentence() });
    else if (label === undefined && table !== undefined) unlisted++;
    else if (label === undefined) skipped.push({ file: input.path, reason: NO_ROLE_IN_NAME });
    else {
      try {
        take(await readTrainingCapture(input.path, label, deviceFrom, { names, hints }));
      } catch (error) {
        skipped.push({ file: input.path, reason: toNetworkmlError(error, input.path).toSentence() });
      }
    }
  }
  return { skipped, unlisted, labelTable: table?.path ?? null };
}

function labelOf(path: string, table: LabelTable | undefined, attacks: boolean): Label | undefined {
  if (table !== undefined) {
    const file = basename(path);
    return table.labels.get(file) ?? (attacks ? table.attacks.get(file) : undefined);
  }
  const name = parseCaptureName(path);
  if (name === null || name.deviceName === null) return undefined;
  // Flags that begin with "a" mark captures of abnormal traffic: they are not what a role is learnt from.
  const abnormal = name.flags?.startsWith('a') === true;
  if (abnormal && !attacks) return undefined;
  return {
    role: name.deviceName,
    device: name.deviceId,
    address: null,
    mac: null,
    twoHost: null,
    family: null,
    site: null,
    implementation: null,
    origin: null,
    anomaly: abnormal ? (name.flags ?? '') : null,
    composite: false,
  };
}

const NO_ROLE_IN_NAME =
  'its name gives no role (DeviceName-deviceID-time-duration-flags), or marks it as abnormal';
