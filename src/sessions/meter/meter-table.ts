import { NetworkmlError } from '../../errors.js';
import type { FlowCore } from './flow-core.js';
import { TEXT_ROOM, WORD_BYTES } from './meter-layout.js';
import { END_REASONS, INITIATORS } from './meter-types.js';

/** Which columns a table of sessions has. */
export interface MeterTableOptions {
  /** Most rows of a batch. */
  readonly rows: number;
  /** The column `tunnel_id`. */
  readonly tunnel: boolean;
  readonly statistics: boolean;
  /** Columns that NFStream has not. */
  readonly own: boolean;
}

/** Kinds of columns that the meter fills, in the order of their numbers in a plan for text. */
const KINDS = ['int', 'double', 'nanoseconds', 'text'] as const;

/** A column that the meter fills: its kind, and its place among the numbers, the moments or the texts. */
export interface PlannedColumn {
  readonly kind: (typeof KINDS)[number];
  readonly index: number;
}

/** Columns of text in the meter's order. */
const TEXTS = ['src_ip', 'src_mac', 'src_oui', 'dst_ip', 'dst_mac', 'dst_oui', 'end_reason', 'initiated_by'];
/** Numbers of every table, of one with tunnels, with statistics, and with columns of our own. */
const NUMBERS = { always: 22, tunnel: 1, statistics: 48, own: 2 };
const MOMENTS = 6;
/** Columns of text that NFStream has not. */
const INITIATORS_AND_REASONS = 2;

/** How a row becomes text: before each cell a prefix, quotes, what stands for a missing cell and behind a row. ASCII. */
export interface TextForm {
  readonly prefixes: readonly string[];
  readonly quote: '' | '"';
  readonly missing: string;
  readonly end: string;
}

/** Rows of sessions that are over, column by column in the memory of the flow core. */
export class MeterTable {
  /** One array a column, each of as many numbers as a batch has rows. */
  readonly numbers: Float64Array[] = [];
  readonly moments: { readonly milliseconds: Float64Array; readonly nanoseconds: Int32Array }[] = [];
  /** ASCII of all rows on end, and where each ends. */
  readonly texts: { readonly bytes: Uint8Array; readonly ends: Int32Array }[] = [];

  constructor(
    private readonly core: FlowCore,
    { rows, tunnel, statistics, own }: MeterTableOptions,
    private readonly hear: (sink: (bytes: Uint8Array) => void) => void,
  ) {
    const { run } = core;
    const numberColumns =
      NUMBERS.always +
      (tunnel ? NUMBERS.tunnel : 0) +
      (statistics ? NUMBERS.statistics : 0) +
      (own ? NUMBERS.own : 0);
    const momentColumns = own ? MOMENTS : 0;
    const textColumns = own ? TEXTS.length : TEXTS.length - INITIATORS_AND_REASONS;
    const words = run.prepareTable(rows, numberColumns, momentColumns, textColumns, tunnel, statistics, own);
    for (const [i, word] of [...END_REASONS, ...INITIATORS].entries()) {
      const bytes = core.bytes(words + i * WORD_BYTES, WORD_BYTES);
      bytes[0] = word.length;
      for (let k = 0; k < word.length; k++) bytes[k + 1] = word.charCodeAt(k);
    }
    const { buffer } = core.ints;
    for (let i = 0; i < numberColumns; i++) {
      this.numbers.push(new Float64Array(buffer, run.numbers.value + i * rows * 8, rows));
    }
    for (let i = 0; i < momentColumns; i++) {
      const start = run.moments.value + i * rows * 12;
      this.moments.push({
        milliseconds: new Float64Array(buffer, start, rows),
        nanoseconds: new Int32Array(buffer, start + rows * 8, rows),
      });
    }
    for (let i = 0; i < textColumns; i++) {
      const start = run.texts.value + i * rows * (TEXT_ROOM + 4);
      this.texts.push({
        bytes: new Uint8Array(buffer, start, rows * TEXT_ROOM),
        ends: new Int32Array(buffer, start + rows * TEXT_ROOM, rows),
      });
    }
  }

  /** Rows that are filled; the one at hand comes behind them. */
  get filled(): number {
    return this.core.run.filled.value;
  }

  /** The rows were read. */
  empty(): void {
    this.core.run.emptyTable();
  }

  /**
   * Where the meter puts a column.
   * @param before the columns before it: numbers and moments come in the order of the table
   */
  placeOf(kind: string, name: string, before: readonly PlannedColumn[]): PlannedColumn {
    const index =
      kind === 'text'
        ? TEXTS.indexOf(name)
        : before.filter(
            (each) => (kind === 'nanoseconds') === (each.kind === 'nanoseconds') && each.kind !== 'text',
          ).length;
    const known = KINDS.find((each) => each === kind);
    if (known === undefined || index < 0) throw new NetworkmlError('NML_INTERNAL', `no such column: ${name}`);
    return { kind: known, index };
  }

  /**
   * A way to write the rows as text without a look at each cell.
   * @param plan all columns of the table
   * @returns writes the rows that are filled, in pieces whose bytes are used again
   */
  text(plan: readonly PlannedColumn[]): (form: TextForm, sink: (bytes: Uint8Array) => void) => void {
    const { core, hear } = this;
    let prepared: TextForm | undefined;
    return (form, sink) => {
      if (form !== prepared) this.prepareText(plan, form);
      prepared = form;
      hear(sink);
      core.run.writeText();
    };
  }

  private prepareText(plan: readonly PlannedColumn[], { prefixes, quote, missing, end }: TextForm): void {
    const { run } = this.core;
    const longest = prefixes.reduce((sum, prefix) => sum + prefix.length, 0);
    // Behind two gigabytes of live sessions places look negative.
    const at = run.prepareText(plan.length, longest) >>> 0;
    const places = prefixes.map((prefix) => this.keep(prefix));
    const { ints } = this.core;
    for (const [i, { kind, index }] of plan.entries()) {
      ints.set([KINDS.indexOf(kind), index, places[i] ?? 0, prefixes[i]?.length ?? 0], at / 4 + i * 4);
    }
    const mark = quote === '' ? 0 : quote.charCodeAt(0);
    run.configureText(mark, this.keep(missing), missing.length, this.keep(end), end.length);
  }

  /** Puts ASCII where the core finds it, with room behind it. */
  private keep(text: string): number {
    const at = this.core.run.allocate(text.length + 8);
    const bytes = this.core.bytes(at, text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return at;
  }
}
