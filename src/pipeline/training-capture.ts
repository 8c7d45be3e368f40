/** One capture as training and evaluation need it, whether it was read from packets or from a table. */
import { basename } from 'node:path';
import {
  type BehaviourUnits,
  hintHashes,
  type ServiceWindows,
  type SessionVectors,
  signatureColumns,
} from '../features/index.js';
import { type DeviceHint, describeDevice } from '../sessions/index.js';
import { tokensOf } from './device-tokens.js';
import type { Label } from './labels.js';
import { type Observation, observe } from './observe.js';

/** A vector, and how many sessions or windows have it. */
export interface CountedVector {
  /** Ascending. */
  readonly columns: ArrayLike<number>;
  /** One for each of `columns`, as 32-bit floats. */
  readonly values: ArrayLike<number>;
  readonly count: number;
}

/** Where the device of a capture is taken from. */
export type DeviceFrom = 'labels' | 'traffic';

/** What a label says, without the addresses, which nothing after reading needs. */
export type CaptureLabel = Omit<Label, 'address' | 'mac'>;

/** A capture of known role with all that is learnt from it. */
export interface TrainingCapture {
  /** The path it was read from; of a table the base name alone. */
  readonly file: string;
  readonly sha256: string;
  readonly label: CaptureLabel;
  readonly deviceFrom: DeviceFrom;
  /** Whether the host chosen from the traffic is the one of the label table; null where that does not say. */
  readonly chosenRight: boolean | null;
  /** Layout `port-protocol-4104/1`, in order of appearance. */
  readonly sessions: readonly CountedVector[];
  /** Layout `services/1`, in the order of time. */
  readonly windows: readonly CountedVector[];
  readonly units: BehaviourUnits;
  /** Hashes of the tokens that the device says of itself, ascending; null where they were not read. */
  readonly hints: Uint32Array | null;
  readonly fromTable: boolean;
}

/** What is read behind the headers, by wish. */
export interface BehindHeaders {
  /** Whether names and process codes are read. */
  readonly names?: boolean;
  /** Whether it is read what devices say of themselves. */
  readonly hints?: boolean;
}

/**
 * Reads a capture of known role.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_DEVICE_ABSENT, NML_NO_SESSIONS
 */
export async function readTrainingCapture(
  path: string,
  label: Label,
  deviceFrom: DeviceFrom,
  { names = false, hints = false }: BehindHeaders = {},
): Promise<TrainingCapture> {
  const hint = hintOf(label);
  const known = deviceFrom === 'labels' && hint !== undefined;
  const seen = await observe(path, { digest: 'always', names, hints, ...(known ? { device: hint } : {}) });
  const { address: _, mac: __, ...own } = label;
  return {
    file: path,
    sha256: (await seen.summary.sha256) ?? '',
    label: own,
    deviceFrom,
    chosenRight: known || hint === undefined ? null : isLabelledDevice(seen, label),
    sessions: sessionVectors(seen.vectors),
    windows: windowVectors(seen.windows),
    units: seen.behaviour.units,
    hints: seen.hints === undefined ? null : hintHashes(tokensOf(seen, seen.device)),
    fromTable: false,
  };
}

/** The device of a capture with its role in front; a capture whose device nobody named is one of its own. */
export function deviceName({ file, label: { role, device } }: TrainingCapture): string {
  return device === null ? basename(file) : `${role}/${device}`;
}

function sessionVectors({ signatures, counts }: SessionVectors): CountedVector[] {
  return Array.from(signatures, (signature, index) => {
    const columns = signatureColumns(signature);
    return { columns, values: new Array<number>(columns.length).fill(1), count: counts[index] as number };
  });
}

function windowVectors({ vectors }: ServiceWindows): CountedVector[] {
  return vectors.map(({ columns, values }) => ({ columns, values, count: 1 }));
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
