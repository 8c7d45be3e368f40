import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { parseCsv } from '../tables/index.js';

/** What a label table says of one capture. */
export interface Label {
  readonly role: string;
  /** Which device; null: every capture is a device of its own. */
  readonly device: string | null;
  readonly address: string | null;
  readonly mac: string | null;
  /** Whether some other host takes part in as many packets; null when the table does not say. */
  readonly twoHost: boolean | null;
  /** What devices of one maker, plant or laboratory share; null when the table does not say. */
  readonly family: string | null;
  /** The network that the capture is of; null when the table does not say. */
  readonly site: string | null;
  /** The software or the kind of user that stands for the role; null when the table does not say. */
  readonly implementation: string | null;
  /** Where captures of its kind come from, such as a laboratory; null when the table does not say. */
  readonly origin: string | null;
  /** What is wrong with the traffic; null for normal captures. */
  readonly anomaly: string | null;
  /** Whether an attack was put together from captures of several networks. */
  readonly composite: boolean;
}

export interface LabelTable {
  readonly path: string;
  /** By base name of the capture. Attacks (a column `anomaly` that is not empty) are left out. */
  readonly labels: ReadonlyMap<string, Label>;
  /** The attacks, likewise. */
  readonly attacks: ReadonlyMap<string, Label>;
}

/** Tables of these names in a directory of captures are used without being asked for. */
const TABLE_NAMES = ['labels.csv', 'devices.csv'];

/** The label table that lies in the first directory that has one. */
export function findLabelTable(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    if (!existsSync(path) || !statSync(path).isDirectory()) continue;
    for (const name of TABLE_NAMES) {
      const candidate = join(path, name);
      if (existsSync(candidate)) return candidate;
    }
  }
  return undefined;
}

/**
 * Reads a label table: CSV with a header; columns `file` and `role`, and as far as they are there `device`,
 * `device_ip`, `device_mac`, `two_host_capture`, `family`, `site`, `implementation`, `origin`, `anomaly`, `composite`.
 * @throws NetworkmlError NML_LABELS
 */
export function readLabelTable(path: string): LabelTable {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new NetworkmlError('NML_LABELS', 'the label table cannot be read', { file: path, cause });
  }
  const [header, ...lines] = parseCsv(text);
  const column = new Map((header ?? []).map((name, index) => [name.trim().toLowerCase(), index]));
  if (!column.has('file') || !column.has('role')) {
    throw new NetworkmlError('NML_LABELS', 'the label table has no columns "file" and "role"', {
      file: path,
    });
  }
  const labels = new Map<string, Label>();
  const attacks = new Map<string, Label>();
  for (const line of lines) {
    const cell = (name: string): string | null => {
      const at = column.get(name);
      const value = at === undefined ? '' : (line[at] ?? '').trim();
      return value === '' ? null : value;
    };
    const file = cell('file');
    const role = cell('role');
    if (file === null || role === null) continue;
    const twoHost = cell('two_host_capture');
    const anomaly = cell('anomaly');
    (anomaly === null ? labels : attacks).set(basename(file), {
      role,
      device: cell('device'),
      address: cell('device_ip'),
      mac: cell('device_mac'),
      twoHost: twoHost === null ? null : isYes(twoHost),
      family: cell('family'),
      site: cell('site'),
      implementation: cell('implementation'),
      origin: cell('origin'),
      anomaly,
      composite: isYes(cell('composite') ?? ''),
    });
  }
  return { path, labels, attacks };
}

function isYes(text: string): boolean {
  return /^(yes|true|1)$/i.test(text);
}
