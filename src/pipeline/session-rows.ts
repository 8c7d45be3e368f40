import {
  type Cells,
  type Column,
  type ColumnBatch,
  createCells,
  putList,
  putText,
  putValue,
  type TextCells,
} from '../column-table.js';
import {
  communityId,
  type MeteredSession,
  type MeterTable,
  type PlannedColumn,
  SessionMeter,
  type SessionMeterOptions,
  type SessionPlugin,
} from '../sessions/index.js';
import { putAddress, putMac, putWord } from './session-text.js';

/** Which columns the table of sessions has. */
export interface SessionColumnOptions {
  readonly statistics?: boolean;
  readonly splt?: number;
  readonly frames?: boolean;
  /** Seed of the Community ID; without it there is no such column. */
  readonly communityId?: number;
  /** NFStream's columns only, but for those that were asked for by name. */
  readonly compatible?: boolean;
  /** Without decoded tunnels NFStream has no `tunnel_id`. */
  readonly tunnels?: boolean;
  /** A column with the capture's name. */
  readonly files?: boolean;
  /** What addresses become. */
  readonly anonymize?: (text: string) => string;
  readonly plugins?: readonly SessionPlugin[];
  /**
   * Most rows of a batch; 4096 by default. Few messages between threads and few pages of Parquet are faster, but what is
   * written as text row by row is read from fast memory again when there are 256.
   */
  readonly batchRows?: number;
}

const DIRECTIONS = ['bidirectional', 'src2dst', 'dst2src'] as const;
const SPREAD = ['min', 'mean', 'stddev', 'max'] as const;
const FLAGS = ['syn', 'cwr', 'ece', 'urg', 'ack', 'psh', 'rst', 'fin'] as const;

/** Puts one session's cell of a column. */
type Putter = (cells: Cells, row: number, session: MeteredSession) => void;

/** A column, and who fills it: the meter by itself, in the order of its columns, where there is no putter. */
interface FilledColumn {
  readonly column: Column;
  readonly put?: Putter;
}

const int = (name: string): FilledColumn => ({ column: { name, kind: 'int' } });
const word = (name: string, put?: Putter): FilledColumn => ({
  column: { name, kind: 'text', plain: true },
  ...(put === undefined ? {} : { put }),
});

/** The columns of the table of sessions: NFStream's names and order first, then our own. */
export function sessionColumns(options: SessionColumnOptions = {}): Column[] {
  return filledColumns(options, () => '').map(({ column }) => column);
}

/** @param file gives the name of the capture at hand */
function filledColumns(options: SessionColumnOptions, file: () => string): FilledColumn[] {
  const { anonymize } = options;
  const columns = [
    int('id'),
    int('expiration_id'),
    ...endColumns('src', anonymize),
    ...endColumns('dst', anonymize),
  ];
  columns.push(int('protocol'), int('ip_version'), int('vlan_id'));
  if (hasTunnelColumn(options)) columns.push(int('tunnel_id'));
  for (const direction of DIRECTIONS) {
    for (const name of ['first_seen_ms', 'last_seen_ms', 'duration_ms', 'packets', 'bytes']) {
      columns.push(int(`${direction}_${name}`));
    }
  }
  if (options.statistics === true) columns.push(...statisticsColumns());
  if ((options.splt ?? 0) > 0) {
    columns.push(list('splt_direction', (session) => session.spltDirection));
    columns.push(list('splt_ps', (session) => session.spltSizes));
    columns.push(list('splt_piat_ms', (session) => session.spltIntervals));
  }
  if (options.compatible !== true) {
    for (const direction of DIRECTIONS) {
      columns.push({ column: { name: `${direction}_first_seen_ns`, kind: 'nanoseconds' } });
      columns.push({ column: { name: `${direction}_last_seen_ns`, kind: 'nanoseconds' } });
    }
    columns.push(int('session'), int('part'), word('end_reason'), word('initiated_by'));
  }
  const { communityId: seed } = options;
  if (seed !== undefined) {
    columns.push(
      word(
        'community_id',
        asText((cells, row, session) => putWord(cells, row, communityId(session, seed))),
      ),
    );
  }
  if (options.frames === true) columns.push(list('frames', (session) => session.frames));
  columns.push(...pluginColumns(options));
  if (options.files === true) {
    columns.push({
      column: { name: 'file', kind: 'text' },
      put: (cells, row) => putValue(cells, row, file()),
    });
  }
  return columns;
}

function hasTunnelColumn(options: SessionColumnOptions): boolean {
  return options.tunnels !== false || options.compatible !== true;
}

/** Address, MAC address, its organisation and port of one end; what identifies it may become something else. */
function endColumns(end: 'src' | 'dst', anonymize: SessionColumnOptions['anonymize']): FilledColumn[] {
  const isSource = end === 'src';
  const address: Putter = asText((cells, row, session) => {
    putAddress(cells, row, session.ipVersion, isSource ? session.source : session.destination);
    seal(cells, row, anonymize);
  });
  const mac: Putter = asText((cells, row, session) => {
    const high = isSource ? session.sourceMacHigh : session.destinationMacHigh;
    putMac(cells, row, high, isSource ? session.sourceMacLow : session.destinationMacLow, 6);
    seal(cells, row, anonymize);
  });
  const [ip, hardware] = anonymize === undefined ? [] : [address, mac];
  return [word(`${end}_ip`, ip), word(`${end}_mac`, hardware), word(`${end}_oui`), int(`${end}_port`)];
}

function asText(put: (cells: TextCells, row: number, session: MeteredSession) => void): Putter {
  return (cells, row, session) => {
    if (cells.kind === 'text') put(cells, row, session);
  };
}

function seal(cells: TextCells, row: number, anonymize: SessionColumnOptions['anonymize']): void {
  if (anonymize === undefined) return;
  const start = row === 0 ? 0 : (cells.ends[row - 1] as number);
  putText(cells, row, anonymize(String.fromCharCode(...cells.bytes.subarray(start, cells.ends[row]))));
}

function list(name: string, values: (session: MeteredSession) => ArrayLike<number>): FilledColumn {
  const put: Putter = (cells, row, session) => {
    if (cells.kind === 'ints') putList(cells, row, values(session));
  };
  return { column: { name, kind: 'ints' }, put };
}

function statisticsColumns(): FilledColumn[] {
  const columns: FilledColumn[] = [];
  for (const unit of ['ps', 'piat_ms']) {
    for (const direction of DIRECTIONS) {
      for (const name of SPREAD) {
        const kind = name === 'min' || name === 'max' ? 'int' : 'double';
        columns.push({ column: { name: `${direction}_${name}_${unit}`, kind } });
      }
    }
  }
  for (const direction of DIRECTIONS) {
    for (const name of FLAGS) columns.push(int(`${direction}_${name}_packets`));
  }
  return columns;
}

function pluginColumns({ plugins = [] }: SessionColumnOptions): FilledColumn[] {
  return plugins.flatMap(({ columns = [] }, plugin) =>
    columns.map(({ name, kind }, i) => ({
      column: { name: `udps.${name}`, kind },
      put: (cells: Cells, row: number, session: MeteredSession) =>
        putValue(cells, row, session.pluginValues[plugin]?.[i] ?? null),
    })),
  );
}

/**
 * The flow meter with its table: sessions become rows as they end, and each full batch is handed on. The meter fills in all
 * that it knows by itself; lists, plugins' columns and what becomes of addresses are put beside it from each session's
 * record.
 */
export class SessionRows {
  readonly columns: readonly Column[];
  readonly meter: SessionMeter;
  /** Name of the capture at hand, for the column `file`. */
  file = '';
  /** Rows handed on. */
  private written = 0;
  private readonly table: MeterTable;
  private readonly batch: ColumnBatch;
  /** Columns that are filled from the record, and how. */
  private readonly puts: { readonly cells: Cells; readonly put: Putter }[] = [];

  constructor(
    options: SessionColumnOptions & SessionMeterOptions,
    private readonly onBatch: (batch: ColumnBatch) => void,
  ) {
    const filled = filledColumns(options, () => this.file);
    this.columns = filled.map(({ column }) => column);
    const isWholly = filled.every(({ put }) => put === undefined);
    this.meter = new SessionMeter(isWholly ? undefined : this.add, options);
    // Lists of first packets can be long: fewer rows are kept then.
    const most = Math.max(16, Math.floor(1_600_000 / ((options.splt ?? 0) * 3 + 96)));
    // Columns of the meter begin at whole words.
    const rows = Math.max(8, Math.min(options.batchRows ?? 4096, most) & ~7);
    const wish = { rows, tunnel: hasTunnelColumn(options), statistics: options.statistics === true };
    this.table = this.meter.table({ ...wish, own: options.compatible !== true }, () => this.flush());
    const places: PlannedColumn[] = [];
    const cells = filled.map(({ column, put }): Cells => {
      if (put !== undefined) {
        const own = createCells(column.kind, rows);
        this.puts.push({ cells: own, put });
        return own;
      }
      const place = this.table.placeOf(column.kind, column.name, places);
      places.push(place);
      return this.cellsAt(place, rows);
    });
    const text = isWholly ? { writeText: this.table.text(places) } : {};
    this.batch = { columns: this.columns, capacity: rows, cells, rows: 0, ...text };
  }

  /** Rows so far. */
  get rows(): number {
    return this.written + this.table.filled;
  }

  /** Hands on what has been filled. */
  flush(): void {
    const { batch, table } = this;
    batch.rows = table.filled;
    if (batch.rows > 0) this.onBatch(batch);
    this.written += batch.rows;
    batch.rows = 0;
    table.empty();
  }

  /** The meter's table takes the same session as its next row once this returns. */
  private readonly add = (session: MeteredSession): void => {
    const row = this.table.filled;
    for (const { cells, put } of this.puts) put(cells, row, session);
  };

  private cellsAt({ kind, index }: PlannedColumn, rows: number): Cells {
    const { numbers, moments, texts } = this.table;
    switch (kind) {
      case 'int':
      case 'double':
        return { kind, values: numbers[index] as Float64Array };
      case 'nanoseconds':
        return { kind, ...(moments[index] as (typeof moments)[number]) };
      case 'text':
        return { kind, ...(texts[index] as (typeof texts)[number]), missing: new Uint8Array(rows) };
    }
  }
}
