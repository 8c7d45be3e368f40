/** Reads training tables back: rows in any order, of any number of captures. */
import { NetworkmlError } from '../errors.js';
import {
  admLayoutId,
  admNumberCount,
  type BehaviourUnits,
  type CodeUnits,
  codeLayoutId,
  codeNumberCount,
  contactLayoutId,
  contactNumberCount,
  createSessUnits,
  HINTS_LAYOUT,
  nameLayoutId,
  nameNumberCount,
  netLayoutId,
  netNumberCount,
  PORT_PROTOCOL_COLUMNS,
  PORT_PROTOCOL_LAYOUT,
  SERVICES_COLUMNS,
  SERVICES_LAYOUT,
  sessLayoutId,
  sessNumberCount,
} from '../features/index.js';
import { readTableRows, type TableCell, type TableRow } from '../tables/index.js';
import type { CaptureLabel, CountedVector, DeviceFrom, TrainingCapture } from './training-capture.js';
import { codesSeen, TRAINING_LAYOUT } from './training-table.js';

/** Width of the vectors of each view. */
const widths: ReadonlyMap<string, number> = new Map([
  [PORT_PROTOCOL_LAYOUT, PORT_PROTOCOL_COLUMNS],
  [SERVICES_LAYOUT, SERVICES_COLUMNS],
  [sessLayoutId, sessNumberCount],
  [netLayoutId, netNumberCount],
  [admLayoutId, admNumberCount],
  [contactLayoutId, contactNumberCount],
  [codeLayoutId, codeNumberCount],
  [codesSeen, 2 ** 32],
  [nameLayoutId, nameNumberCount],
  [HINTS_LAYOUT, 2 ** 32],
]);

interface VectorRow extends CountedVector {
  readonly row: number;
  readonly bin: number;
  readonly minute: number;
  readonly kind: number;
  readonly service: number;
}

interface CaptureRows {
  readonly head: Omit<TrainingCapture, 'sessions' | 'windows' | 'units' | 'hints'>;
  /** As many rows as the capture must have. */
  readonly expected: number;
  readonly views: Map<string, VectorRow[]>;
}

/**
 * The captures of a training table, in the order in which they first occur. Rows may come in any order.
 * @throws NetworkmlError NML_INPUT_*; NML_TABLE when it is no training table, is of another layout, or lacks rows of a
 *   capture
 */
export async function readTrainingTable(path: string): Promise<TrainingCapture[]> {
  const captures = new Map<string, CaptureRows>();
  let at = 0;
  await readTableRows(path, (row) => {
    at++;
    try {
      addRow(captures, row);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      throw new NetworkmlError('NML_TABLE', `row ${at}: ${error.message}`, { file: path, hint: tableHint });
    }
  });
  return Array.from(captures.values(), (capture) => finish(capture, path));
}

const tableHint = 'training tables are made by networkml features --kind training; see docs/training.md';

/** What is wrong with a row; the reader adds where. */
class CellError extends Error {}

function addRow(captures: Map<string, CaptureRows>, row: TableRow): void {
  const layout = textOf(row, 'layout');
  if (layout !== TRAINING_LAYOUT) {
    throw new CellError(
      layout === null ? 'no cell "layout"' : `layout ${layout}, but this version reads ${TRAINING_LAYOUT}`,
    );
  }
  const key = JSON.stringify([row.file, row.sha256, row.role, row.device, row.anomaly].map(String));
  let capture = captures.get(key);
  if (capture === undefined) {
    capture = { head: headOf(row), expected: wholeOf(row, 'rows'), views: new Map() };
    captures.set(key, capture);
  }
  const view = needed(row, 'view');
  const width = widths.get(view);
  if (width === undefined) throw new CellError(`view ${view}, which this version does not know`);
  const list = capture.views.get(view) ?? [];
  capture.views.set(view, list);
  list.push(vectorOf(row, width));
}

function headOf(row: TableRow): CaptureRows['head'] {
  const label: CaptureLabel = {
    role: needed(row, 'role'),
    device: textOf(row, 'device'),
    family: textOf(row, 'family'),
    site: textOf(row, 'site'),
    implementation: textOf(row, 'implementation'),
    origin: textOf(row, 'origin'),
    anomaly: textOf(row, 'anomaly'),
    composite: flagOf(row, 'composite') ?? false,
    twoHost: flagOf(row, 'two_host'),
  };
  const deviceFrom = needed(row, 'device_from');
  if (deviceFrom !== 'labels' && deviceFrom !== 'traffic') throw new CellError(`device_from ${deviceFrom}`);
  return {
    file: needed(row, 'file'),
    sha256: needed(row, 'sha256'),
    label,
    deviceFrom: deviceFrom satisfies DeviceFrom,
    chosenRight: flagOf(row, 'device_right'),
    fromTable: true,
  };
}

function vectorOf(row: TableRow, width: number): VectorRow {
  const columns = listOf(row, 'columns');
  const values = listOf(row, 'values');
  if (columns.length !== values.length) {
    throw new CellError(`${columns.length} columns with ${values.length} values`);
  }
  let previous = -1;
  for (const column of columns) {
    if (!Number.isInteger(column) || column <= previous || column >= width) {
      throw new CellError(`column ${column} after ${previous} of ${width}`);
    }
    previous = column;
  }
  if (!values.every(Number.isFinite)) throw new CellError('a value that is not finite');
  return {
    row: wholeOf(row, 'row'),
    bin: wholeOf(row, 'bin', 0),
    minute: wholeOf(row, 'minute', 0),
    count: wholeOf(row, 'count', 1),
    kind: wholeOf(row, 'kind', 0),
    service: wholeOf(row, 'service', 0),
    columns,
    values,
  };
}

function finish({ head, expected, views }: CaptureRows, path: string): TrainingCapture {
  const places = new Set(Array.from(views.values(), (rows) => rows.map(({ row }) => row)).flat());
  const found = Array.from(views.values(), (rows) => rows.length).reduce((sum, count) => sum + count, 0);
  if (found !== expected || places.size !== expected) {
    throw new NetworkmlError('NML_TABLE', `${head.file}: ${found} of its ${expected} rows`, {
      file: path,
      hint: 'keep all rows of a capture, once each',
    });
  }
  const of = (view: string) => (views.get(view) ?? []).sort((a, b) => a.row - b.row);
  const [hints] = of(HINTS_LAYOUT);
  return {
    ...head,
    sessions: of(PORT_PROTOCOL_LAYOUT),
    windows: of(SERVICES_LAYOUT),
    units: unitsOf(of),
    hints: hints === undefined ? null : Uint32Array.from(hints.columns),
  };
}

function unitsOf(of: (view: string) => readonly VectorRow[]): BehaviourUnits {
  const rows = of(sessLayoutId);
  const sess = createSessUnits(rows.length);
  for (const [at, { bin, kind, service, columns, values }] of rows.entries()) {
    sess.bin[at] = bin;
    sess.kind[at] = kind;
    sess.service[at] = service;
    for (let i = 0; i < columns.length; i++) {
      sess.numbers[at * sessNumberCount + (columns[i] as number)] = values[i] as number;
    }
    sess.count++;
    sess.met++;
  }
  const net = of(netLayoutId);
  const adm = of(admLayoutId);
  const contacts = of(contactLayoutId);
  const codes = of(codeLayoutId);
  const names = of(nameLayoutId);
  return {
    sess,
    net: {
      ...vectorUnits(net, netNumberCount),
      window: Uint32Array.from(net, ({ minute }) => minute),
    },
    adm: { ...vectorUnits(adm, admNumberCount), peers: adm.map(() => []) },
    contacts: { ...vectorUnits(contacts, contactNumberCount), peers: contacts.map(() => []) },
    ...(codes.length > 0 && { codes: codeUnitsOf(codes, of(codesSeen)) }),
    ...(names.length > 0 && {
      names: {
        ...vectorUnits(names, nameNumberCount),
        widest: names.map(() => null),
        longest: names.map(() => null),
      },
    }),
  };
}

function codeUnitsOf(rows: readonly VectorRow[], seenRows: readonly VectorRow[]): CodeUnits {
  const seenOf = new Map(seenRows.map(({ bin, columns }) => [bin, Uint32Array.from(columns)]));
  return {
    ...vectorUnits(rows, codeNumberCount),
    seen: rows.map(({ bin }) => seenOf.get(bin) ?? new Uint32Array(0)),
    examples: rows.map(() => []),
  };
}

function vectorUnits(rows: readonly VectorRow[], columns: number) {
  const numbers = new Float32Array(rows.length * columns);
  for (const [at, row] of rows.entries()) {
    for (let i = 0; i < row.columns.length; i++) {
      numbers[at * columns + (row.columns[i] as number)] = row.values[i] as number;
    }
  }
  return { count: rows.length, columns, numbers, bin: Uint32Array.from(rows, ({ bin }) => bin) };
}

/** Null for a missing or empty cell: CSV cannot tell one from the other. */
function textOf(row: TableRow, name: string): string | null {
  const cell = row[name];
  return cell === null || cell === undefined || cell === '' ? null : String(cell);
}

function needed(row: TableRow, name: string): string {
  const value = textOf(row, name);
  if (value === null) throw new CellError(`no cell "${name}"`);
  return value;
}

function wholeOf(row: TableRow, name: string, absent?: number): number {
  const value = textOf(row, name);
  if (value === null && absent !== undefined) return absent;
  const number = Number(value ?? Number.NaN);
  if (!Number.isSafeInteger(number) || number < 0) throw new CellError(`${name} ${value ?? 'is missing'}`);
  return number;
}

function flagOf(row: TableRow, name: string): boolean | null {
  const value = textOf(row, name);
  if (value === null) return null;
  return value === '1' || value === 'true';
}

function listOf(row: TableRow, name: string): number[] {
  const cell = row[name];
  let list: TableCell = cell;
  if (typeof cell === 'string') {
    try {
      list = JSON.parse(cell) as TableCell;
    } catch {
      throw new CellError(`${name} is no list`);
    }
  }
  if (!Array.isArray(list)) throw new CellError(`${name} is no list`);
  return list.map(Number);
}
