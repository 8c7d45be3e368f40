/** The slow twin of the `net` view on a session table: its log and its rows, minute by minute, by lists and sets. */
import type { NetNumberName } from '../../src/features/index.js';
import type { DeviceSession, SessionTable } from '../../src/sessions/index.js';
import { opensSession } from './slow-behaviour.js';

type Part = DeviceSession;

/** What one row did in one minute: facts of the device, and one place above each those of its peer. */
export interface SlowEntry {
  readonly part: Part;
  readonly minute: number;
  readonly facts: number;
  readonly marks: number;
}

/** All entries of the device by minute, in the order of the log, then of the rows. */
export function slowEntries(table: SessionTable, parts: readonly Part[]): SlowEntry[] {
  const { windows: log, view } = table;
  const partOf = new Map(parts.map((part) => [part.row, part]));
  const reached = new Map<number, number>();
  const entries: SlowEntry[] = [];
  const add = (row: number, state: number, count: number) => {
    const part = partOf.get(row);
    if (part === undefined) return;
    const marks = count === 0 ? 0 : count - (reached.get(row) ?? 0);
    if (count !== 0) reached.set(row, count);
    entries.push({
      part,
      minute: state >>> 8,
      facts: part.deviceIsB ? swapped(state & 255) : state & 255,
      marks,
    });
  };
  for (let entry = 0; entry < log.count; entry++) {
    const at = [...log.markedEntries.subarray(0, log.marked)].indexOf(entry);
    add(
      log.rows[entry] as number,
      log.states[entry] as number,
      at < 0 ? 0 : (log.markedCounts[at] as number),
    );
  }
  for (const { row } of parts)
    add(row, view.getInt32(row * 160 + 44, true), view.getInt32(row * 160 + 40, true));
  return entries.sort((a, b) => a.minute - b.minute);
}

function swapped(facts: number): number {
  return [0, 2, 4, 6].reduce(
    (sum, bit) => sum | (((facts >> bit) & 1) << (bit + 1)) | (((facts >> (bit + 1)) & 1) << bit),
    0,
  );
}

const distinct = (list: readonly string[]) => new Set(list).size;

/** The numbers of one minute but those of ARP. */
export function slowMinute(entries: readonly SlowEntry[]): Partial<Record<NetNumberName, number>> {
  const sum = (list: readonly SlowEntry[], of: (one: SlowEntry) => number) =>
    list.reduce((all, one) => all + of(one), 0);
  const icmp = entries.filter(({ part }) => part.protocol === 1 || part.protocol === 58);
  const others = entries.filter((one) => !icmp.includes(one));
  const attempts = others.filter(({ part }) => part.peerClass !== 'multicast').map(attemptOf);
  const side = (opened: boolean) => attempts.filter((one) => one.opened === opened);
  const failed = (opened: boolean) => side(opened).filter((one) => one.failed).length;
  const most = (opened: boolean, of: 'peer' | 'port', what: 'peer' | 'port') => {
    const ported = side(opened).filter(({ port }) => port !== '');
    return Math.max(
      0,
      ...ported.map((one) =>
        distinct(ported.filter((each) => each[of] === one[of]).map((each) => each[what])),
      ),
    );
  };
  const ports = (opened: boolean) =>
    distinct(side(opened).flatMap(({ port }) => (port === '' ? [] : [port])));
  const counts: Partial<Record<NetNumberName, number>> = {
    sessions: attempts.length,
    'peers sent': distinct(side(true).map(({ peer }) => peer)),
    'peers received': distinct(side(false).map(({ peer }) => peer)),
    'ports sent': ports(true),
    'ports received': ports(false),
    'most ports with one peer sent': most(true, 'peer', 'port'),
    'most ports with one peer received': most(false, 'peer', 'port'),
    'most peers with one port sent': most(true, 'port', 'peer'),
    'ICMP echo peers': distinct(
      icmp.filter(({ facts }) => (facts & 16) !== 0).map(({ part }) => peerOf(part)),
    ),
    'failed sent': failed(true),
    'failed received': failed(false),
    'resets to sent': side(true).filter(({ reset }) => reset).length,
    'UDP unanswered sent': side(true).filter((one) => one.failed && one.protocol === 17).length,
    'ICMP unreachable received': sum(icmp, ({ part, marks }) =>
      part.deviceIsB ? marks & 0xffff : marks >>> 16,
    ),
    'DNS name errors': sum(
      others.filter(({ part }) => part.protocol === 17 && part.peerClass !== 'multicast'),
      ({ marks }) => marks,
    ),
    'odd TCP flags': sum(
      others.filter(({ part }) => part.protocol === 6),
      ({ marks }) => marks,
    ),
  };
  const numbers = Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, Math.log1p(count)]),
  );
  return {
    ...numbers,
    'failed share sent': failed(true) / (side(true).length + 2),
    'failed share received': failed(false) / (side(false).length + 2),
  };
}

const peerOf = (part: Part) => `${part.ipVersion} ${part.peerAddress}`;

function attemptOf({ part, facts }: SlowEntry) {
  const opened = opensSession(part);
  const [out, back] = opened ? [facts, facts >> 1] : [facts >> 1, facts];
  const port = opened ? part.peerPort : part.devicePort;
  const did = (of: number, bit: number) => (of & bit) !== 0;
  const silent = !did(out, 4) && !did(back, 1);
  const refused = !did(out, 4) && !did(back, 4) && did(back, 64);
  const unanswered = did(out, 16) && !did(back, 16);
  return {
    opened,
    peer: peerOf(part),
    protocol: part.protocol,
    port: port === 0 ? '' : `${part.protocol}/${port}`,
    failed: part.protocol === 17 ? !did(back, 1) : part.protocol === 6 && (silent || refused || unanswered),
    reset: part.protocol === 6 && did(back, 64),
  };
}
