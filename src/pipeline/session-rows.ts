import {
  type Cells,
  type Column,
  type ColumnBatch,
  createBatch,
  putList,
  putText,
  putValue,
  type TextCells,
} from '../column-table.js';
import { communityId, type MeteredSession, type SessionPlugin } from '../sessions/index.js';
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
   * Most rows of a batch; 4096 by default, which makes few pages of Parquet and few messages between threads. What is
   * written as text row by row is read from fast memory again when there are 256.
   */
  readonly batchRows?: number;
}

const DIRECTIONS = ['bidirectional', 'src2dst', 'dst2src'] as const;
const SPREAD = ['min', 'mean', 'stddev', 'max'] as const;
const FLAGS = ['syn', 'cwr', 'ece', 'urg', 'ack', 'psh', 'rst', 'fin'] as const;

const int = (name: string): Column => ({ name, kind: 'int' });
const word = (name: string): Column => ({ name, kind: 'text', plain: true });

/** The columns of the table of sessions: NFStream's names and order first, then our own. */
export function sessionColumns(options: SessionColumnOptions = {}): Column[] {
  const end = (name: string): Column[] => [
    word(`${name}_ip`),
    word(`${name}_mac`),
    word(`${name}_oui`),
    int(`${name}_port`),
  ];
  const columns = [int('id'), int('expiration_id'), ...end('src'), ...end('dst')];
  columns.push(int('protocol'), int('ip_version'), int('vlan_id'));
  if (options.tunnels !== false || options.compatible !== true) columns.push(int('tunnel_id'));
  for (const direction of DIRECTIONS) {
    for (const name of ['first_seen_ms', 'last_seen_ms', 'duration_ms', 'packets', 'bytes']) {
      columns.push(int(`${direction}_${name}`));
    }
  }
  if (options.statistics === true) columns.push(...statisticsColumns());
  if ((options.splt ?? 0) > 0) {
    for (const name of ['splt_direction', 'splt_ps', 'splt_piat_ms']) columns.push({ name, kind: 'ints' });
  }
  if (options.compatible !== true) {
    for (const direction of DIRECTIONS) {
      columns.push({ name: `${direction}_first_seen_ns`, kind: 'nanoseconds' });
      columns.push({ name: `${direction}_last_seen_ns`, kind: 'nanoseconds' });
    }
    columns.push(int('session'), int('part'), word('end_reason'), word('initiated_by'));
  }
  if (options.communityId !== undefined) columns.push(word('community_id'));
  if (options.frames === true) columns.push({ name: 'frames', kind: 'ints' });
  for (const { columns: own = [] } of options.plugins ?? []) {
    columns.push(...own.map(({ name, kind }) => ({ name: `udps.${name}`, kind })));
  }
  if (options.files === true) columns.push({ name: 'file', kind: 'text' });
  return columns;
}

function statisticsColumns(): Column[] {
  const columns: Column[] = [];
  for (const unit of ['ps', 'piat_ms']) {
    for (const direction of DIRECTIONS) {
      for (const name of SPREAD) {
        const kind = name === 'min' || name === 'max' ? 'int' : 'double';
        columns.push({ name: `${direction}_${name}_${unit}`, kind });
      }
    }
  }
  for (const direction of DIRECTIONS) {
    for (const name of FLAGS) columns.push(int(`${direction}_${name}_packets`));
  }
  return columns;
}

/** NFStream's numbers for why a flow ended. */
function expirationOf(reason: MeteredSession['endReason']): number {
  return reason === 'active' ? 1 : reason === 'plugin' ? -1 : 0;
}

/** Puts sessions into batches of rows and hands each full batch on. */
export class SessionRows {
  readonly columns: readonly Column[];
  /** Rows handed on or filled so far: the `id` of the next. */
  rows = 0;
  /** Name of the capture at hand, for the column `file`. */
  file = '';
  private readonly batch: ColumnBatch;
  private readonly numbers: Float64Array[];
  /** The numbers of the row at hand; room for all that there can be. */
  private readonly line = new Float64Array(80);
  private readonly texts: TextCells[];
  private readonly others: Cells[];

  constructor(
    private readonly options: SessionColumnOptions,
    private readonly onBatch: (batch: ColumnBatch) => void,
  ) {
    this.columns = sessionColumns(options);
    // Lists of first packets can be long: fewer rows are kept then.
    const listed = (options.splt ?? 0) * 3;
    const most = Math.max(16, Math.floor(400_000 / (listed + 96)));
    this.batch = createBatch(this.columns, Math.min(options.batchRows ?? 4096, most));
    const { cells } = this.batch;
    const own = pluginColumnCount(options);
    const fixed = cells.slice(0, cells.length - own - (options.files === true ? 1 : 0));
    this.numbers = fixed.flatMap((each) =>
      each.kind === 'int' || each.kind === 'double' ? [each.values] : [],
    );
    this.texts = fixed.flatMap((each) => (each.kind === 'text' ? [each] : []));
    this.others = [
      ...fixed.filter(({ kind }) => kind === 'ints' || kind === 'nanoseconds'),
      ...cells.slice(fixed.length),
    ];
  }

  /** Adds one session; the record may be filled again afterwards. */
  readonly add = (session: MeteredSession): void => {
    const { batch } = this;
    const row = batch.rows;
    this.putNumbers(session, row);
    this.putTexts(session, row);
    if (this.others.length > 0) this.putOthers(session, row);
    batch.rows = row + 1;
    this.rows++;
    if (batch.rows === batch.capacity) this.flush();
  };

  /** Hands on what has been filled. */
  flush(): void {
    if (this.batch.rows > 0) this.onBatch(this.batch);
    this.batch.rows = 0;
  }

  /**
   * All numbers of a row side by side first, then each into its column: code that runs for every row is short, for
   * compiling it takes longer than running it on most captures.
   */
  private putNumbers(session: MeteredSession, row: number): void {
    const { line, options, numbers } = this;
    line[0] = this.rows;
    line[1] = expirationOf(session.endReason);
    line[2] = session.sourcePort;
    line[3] = session.destinationPort;
    line[4] = session.protocol;
    line[5] = session.ipVersion;
    line[6] = session.vlanId;
    line[7] = session.tunnelId;
    let k = options.tunnels !== false || options.compatible !== true ? 8 : 7;
    for (let side = 0; side < 3; side++, k += 5) {
      const first = session.firstMs[side] as number;
      const last = session.lastMs[side] as number;
      line[k] = first;
      line[k + 1] = last;
      line[k + 2] = last > first ? last - first : 0;
      line[k + 3] = session.packets[side] as number;
      line[k + 4] = session.bytes[side] as number;
    }
    if (options.statistics === true) {
      line.set(session.sizes, k);
      line.set(session.intervals, k + 12);
      line.set(session.flags, k + 24);
      k += 48;
    }
    if (options.compatible !== true) {
      line[k] = session.session;
      line[k + 1] = session.part;
    }
    for (let column = 0; column < numbers.length; column++) {
      (numbers[column] as Float64Array)[row] = line[column] as number;
    }
  }

  private putTexts(session: MeteredSession, row: number): void {
    const { texts, options } = this;
    const { ipVersion } = session;
    putAddress(texts[0] as TextCells, row, ipVersion, session.source);
    putMac(texts[1] as TextCells, row, session.sourceMacHigh, session.sourceMacLow, 6);
    putMac(texts[2] as TextCells, row, session.sourceMacHigh, session.sourceMacLow, 3);
    putAddress(texts[3] as TextCells, row, ipVersion, session.destination);
    putMac(texts[4] as TextCells, row, session.destinationMacHigh, session.destinationMacLow, 6);
    putMac(texts[5] as TextCells, row, session.destinationMacHigh, session.destinationMacLow, 3);
    if (options.anonymize !== undefined) {
      for (const k of ANONYMIZED) seal(texts[k] as TextCells, row, options.anonymize);
    }
    let k = 6;
    if (options.compatible !== true) {
      putWord(texts[k++] as TextCells, row, session.endReason);
      putWord(texts[k++] as TextCells, row, session.initiatedBy);
    }
    if (options.communityId !== undefined) {
      putWord(texts[k] as TextCells, row, communityId(session, options.communityId));
    }
  }

  private putOthers(session: MeteredSession, row: number): void {
    const { others, options } = this;
    let k = 0;
    const list = (values: ArrayLike<number>): void => {
      const cells = others[k++];
      if (cells?.kind === 'ints') putList(cells, row, values);
    };
    if ((options.splt ?? 0) > 0) {
      list(session.spltDirection);
      list(session.spltSizes);
      list(session.spltIntervals);
    }
    if (options.compatible !== true) {
      for (let side = 0; side < 3; side++) {
        const there = (session.packets[side] as number) > 0;
        putMoment(others[k++], row, there ? (session.firstMs[side] as number) : NaN, session.firstNs[side]);
        putMoment(others[k++], row, there ? (session.lastMs[side] as number) : NaN, session.lastNs[side]);
      }
    }
    if (options.frames === true) list(session.frames);
    for (const [plugin, { columns = [] }] of (options.plugins ?? []).entries()) {
      const values = session.pluginValues[plugin] ?? [];
      for (let i = 0; i < columns.length; i++) putValue(others[k++] as Cells, row, values[i] ?? null);
    }
    if (options.files === true) putValue(others[k] as Cells, row, this.file);
  }
}

/** Text columns whose cells `anonymize` replaces: addresses and MAC addresses of both ends. */
const ANONYMIZED = [0, 1, 3, 4] as const;

function seal(cells: TextCells, row: number, anonymize: (text: string) => string): void {
  const start = row === 0 ? 0 : (cells.ends[row - 1] as number);
  putText(cells, row, anonymize(String.fromCharCode(...cells.bytes.subarray(start, cells.ends[row]))));
}

function pluginColumnCount({ plugins = [] }: SessionColumnOptions): number {
  return plugins.reduce((sum, { columns = [] }) => sum + columns.length, 0);
}

function putMoment(cells: Cells | undefined, row: number, ms: number, ns: number | undefined): void {
  if (cells?.kind !== 'nanoseconds') return;
  cells.milliseconds[row] = ms;
  cells.nanoseconds[row] = ns ?? 0;
}
