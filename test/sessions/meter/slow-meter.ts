/** The slow twin of the meter: a list of all its packets for every session, looked at when it is over. */
import type { EndReason, MeteredSession, SessionMeterOptions } from '../../../src/sessions/index.js';
import { START, type Wish } from './packets.js';

interface Entry {
  readonly wish: Wish;
  /** Milliseconds since START, and nanoseconds within. */
  readonly ms: number;
  readonly ns: number;
}

interface Open {
  readonly key: string;
  session: number;
  part: number;
  entries: Entry[];
  /** All packets of all parts so far. */
  history: Entry[];
}

export type Plain = Record<string, unknown>;

const ended = (wish: Wish): string => `${wish.from}|${portsOf(wish)[0]}`;
const ending = (wish: Wish): string => `${wish.to}|${portsOf(wish)[1]}`;

function portsOf(wish: Wish): [number, number] {
  const ported = wish.protocol === 6 || wish.protocol === 17;
  return ported ? [wish.sourcePort ?? 0, wish.destinationPort ?? 0] : [0, 0];
}

const keyOf = (wish: Wish): string =>
  [[ended(wish), ending(wish)].sort().join(' '), wish.protocol, wish.vlan, wish.tunnel].join(' ');

export function slowMeter(wishes: readonly Wish[], options: SessionMeterOptions): Plain[] {
  const idle = (options.idleTimeout ?? 120) * 1000;
  const active = (options.activeTimeout ?? 1800) * 1000;
  const out: Plain[] = [];
  /** From the one not seen for longest to the last seen. */
  let open: Open[] = [];
  let sessions = 0;
  let newest = Number.NEGATIVE_INFINITY;
  const lastOf = (of: Open): number => Math.max(...of.entries.map(({ ms }) => ms));
  const emit = (of: Open, reason: EndReason): void => void out.push(describe(of, reason, options));
  for (const wish of wishes) {
    const since = (wish.ns ?? START) - START + 10n ** 15n;
    let ms = Number(since / 1_000_000n) - 1e9;
    let ns = Number(since % 1_000_000n);
    if (options.compatible === true && ms < newest) [ms, ns] = [newest, lastNs(out, open)];
    newest = ms;
    while (open[0] !== undefined && ms - lastOf(open[0]) >= idle) emit(open.shift() as Open, 'idle');
    const entry = { wish, ms, ns };
    const key = keyOf(wish);
    let mine = open.find((each) => each.key === key);
    if (mine === undefined) {
      mine = { key, session: sessions++, part: 1, entries: [], history: [] };
    } else {
      open = open.filter((each) => each !== mine);
      if (ms - lastOf(mine) >= idle) {
        emit(mine, 'idle');
        Object.assign(mine, { session: sessions++, part: 1, entries: [], history: [] });
      } else if (ms - (mine.entries[0] as Entry).ms >= active) {
        emit(mine, 'active');
        if (options.compatible === true) Object.assign(mine, { session: sessions++, part: 1, history: [] });
        else mine.part++;
        mine.entries = [];
      }
    }
    mine.entries.push(entry);
    mine.history.push(entry);
    open.push(mine);
  }
  for (const each of open) emit(each, 'end');
  return out;
}

/** NFStream's raised packets carry the time of the newest packet whole. */
function lastNs(_: Plain[], open: Open[]): number {
  return open.at(-1)?.entries.at(-1)?.ns ?? 0;
}

/** Who opened a session, by all its packets up to the end of this part. */
function openerOf({ history, entries }: Open, compatible: boolean): [string, string] {
  const first = (history[0] as Entry).wish;
  if (compatible) return [ended((entries[0] as Entry).wish), 'first-packet'];
  const tcp = history.map(({ wish }) => wish).filter(({ protocol }) => protocol === 6);
  const syn = tcp.find(({ flags = 0x10 }) => (flags & 0x12) === 0x02);
  if (syn !== undefined) return [ended(syn), 'syn'];
  const synAck = tcp.find(({ flags = 0x10 }) => (flags & 0x12) === 0x12);
  if (synAck !== undefined) return [ending(synAck), 'syn-ack'];
  return [ended(first), 'first-packet'];
}

/** Minimum, mean, sample deviation and maximum, by the definition. */
function spread(values: readonly number[]): number[] {
  if (values.length === 0) return [0, 0, 0, 0];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [
    Math.min(...values),
    mean,
    values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)),
    Math.max(...values),
  ];
}

function intervals(entries: readonly Entry[]): number[] {
  let last = entries[0]?.ms ?? 0;
  return entries.slice(1).map(({ ms }) => {
    const interval = Math.max(0, ms - last);
    last = Math.max(last, ms);
    return interval;
  });
}

function sizeOf({ bytes = 60 }: Wish, options: SessionMeterOptions): number {
  return bytes - { link: 0, ip: 14, transport: 34, payload: 54 }[options.accounting ?? 'link'];
}

const FLAGS = [2, 128, 64, 32, 16, 8, 4, 1];

function describe(of: Open, endReason: EndReason, options: SessionMeterOptions): Plain {
  const { entries } = of;
  const [opener, initiatedBy] = openerOf(of, options.compatible === true);
  const both = ended((entries[0] as Entry).wish);
  const same = both === ending((entries[0] as Entry).wish);
  const isSource = ({ wish }: Entry): boolean => same || ended(wish) === opener;
  const sides = [entries, entries.filter(isSource), entries.filter((entry) => !isSource(entry))];
  const latest = (side: readonly Entry[]): [number, number] =>
    side.reduce<[number, number]>(
      ([ms, ns], entry) =>
        entry.ms > ms || (entry.ms === ms && entry.ns > ns) ? [entry.ms, entry.ns] : [ms, ns],
      [Number.NEGATIVE_INFINITY, 0],
    );
  const { splt = 0 } = options;
  const head = entries.slice(0, splt);
  const padded = (values: readonly number[]): number[] => [
    ...values,
    ...new Array<number>(splt - values.length).fill(-1),
  ];
  return {
    session: of.session,
    part: of.part,
    endReason,
    initiatedBy,
    opener,
    protocol: (entries[0] as Entry).wish.protocol,
    packets: sides.map((side) => side.length),
    bytes: sides.map((side) => side.reduce((sum, { wish }) => sum + sizeOf(wish, options), 0)),
    first: sides.map((side) => (side[0] === undefined ? null : [side[0].ms, side[0].ns])),
    last: sides.map((side) => (side.length === 0 ? null : latest(side))),
    sizes: sides.flatMap((side) => spread(side.map(({ wish }) => sizeOf(wish, options)))),
    intervals: sides.flatMap((side) => spread(intervals(side))),
    flags: sides.flatMap((side) =>
      FLAGS.map(
        (flag) =>
          side.filter(({ wish }) => wish.protocol === 6 && ((wish.flags ?? 0x10) & flag) !== 0).length,
      ),
    ),
    spltDirection: padded(head.map((entry) => (isSource(entry) ? 0 : 1))),
    spltSizes: padded(head.map(({ wish }) => sizeOf(wish, options))),
    spltIntervals: padded([0, ...intervals(head)].slice(0, head.length)),
    frames: entries.map(({ wish }) => wish.number),
  };
}

/** What the meter handed out, in the words of the twin. */
export function plainOf(record: MeteredSession, sourceText: string): Plain {
  const base = Number(START / 1_000_000n);
  const moment = (ms: Float64Array, ns: Int32Array) =>
    [0, 1, 2].map((side) => (record.packets[side] === 0 ? null : [(ms[side] as number) - base, ns[side]]));
  const { session, part, endReason, initiatedBy, protocol } = record;
  return {
    session,
    part,
    endReason,
    initiatedBy,
    opener: `${sourceText}|${record.sourcePort}`,
    protocol,
    packets: [...record.packets],
    bytes: [...record.bytes],
    first: moment(record.firstMs, record.firstNs),
    last: moment(record.lastMs, record.lastNs),
    sizes: [...record.sizes],
    intervals: [...record.intervals],
    flags: [...record.flags],
    spltDirection: [...record.spltDirection],
    spltSizes: [...record.spltSizes],
    spltIntervals: [...record.spltIntervals],
    frames: [...record.frames],
  };
}
