/** The slow twin of the `net` view: packets and rows of a session table, minute by minute, by lists and sets. */
import type { NetNumberName } from '../../src/features/index.js';
import type { Packet } from '../../src/pcap/index.js';
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

/** What one row did in one minute: facts as in the row. */
interface Note {
  readonly row: number;
  readonly minute: number;
  facts: number;
  marks: number;
}

/** What each row of a table did in each minute, by its packets as they come. */
export class MinuteNotes {
  /** Minutes that rows have left, in that order, and the one that each is in. */
  private readonly left: Note[] = [];
  private readonly current = new Map<number, Note>();

  /** @param table which has just counted the packet */
  add(packet: Packet, { newestRow: row, newestFromB: fromB, base }: SessionTable): void {
    if (row < 0) return;
    const seconds = packet.seconds - base.seconds + (packet.nanoseconds - base.nanoseconds) / 1e9;
    const minute = Math.max(0, Math.floor(seconds / 60));
    const last = this.current.get(row);
    // A packet that comes late counts to the minute that its row has reached.
    const note = last !== undefined && last.minute >= minute ? last : { row, minute, facts: 0, marks: 0 };
    if (last !== undefined && last !== note) this.left.push(last);
    this.current.set(row, note);
    const { did, marks } = didAndMarks(packet);
    note.facts |= fromB ? did << 1 : did;
    note.marks += isIcmp(packet) && fromB ? marks * 65_536 : marks;
  }

  /** All entries of the device by minute: first those that rows have left. */
  entriesOf(parts: readonly Part[]): SlowEntry[] {
    const partOf = new Map(parts.map((part) => [part.row, part]));
    const now = parts.flatMap(({ row }) => this.current.get(row) ?? []);
    return [...this.left, ...now]
      .flatMap(({ row, minute, facts, marks }) => {
        const part = partOf.get(row);
        if (part === undefined) return [];
        return [{ part, minute, facts: part.deviceIsB ? swapped(facts) : facts, marks }];
      })
      .sort((a, b) => a.minute - b.minute);
  }
}

const isIcmp = ({ protocol }: Packet): boolean => protocol === 1 || protocol === 58;

/** What the sender did, and how much of that is a sign of failure. */
function didAndMarks(packet: Packet): { did: number; marks: number } {
  const { view, transportAt, frameEnd, protocol, sourcePort, payloadBytes, hasTcpFlags, tcpFlags } = packet;
  const sent = 1 | (payloadBytes > 0 ? 4 : 0);
  if (hasTcpFlags) {
    const has = (...bits: number[]) => bits.every((bit) => (tcpFlags & bit) !== 0);
    const finAlone = has(1) && !has(2) && !has(4) && !has(8) && !has(16) && !has(32);
    const odd = tcpFlags === 0 || finAlone || has(1, 2) || has(1, 8, 32);
    return { did: sent | (has(2) ? 16 : 0) | (has(4) ? 64 : 0), marks: odd ? 1 : 0 };
  }
  const there = (bytes: number) => transportAt + bytes <= frameEnd;
  if (isIcmp(packet) && there(2)) {
    const [echo, unreachable] = protocol === 1 ? [8, 3] : [128, 1];
    const type = view.getUint8(transportAt);
    if (type === unreachable) return { did: sent | 64, marks: 1 };
    return { did: sent | (type === echo ? 16 : 0), marks: 0 };
  }
  if (protocol !== 17 || sourcePort !== 53 || !there(12)) return { did: sent, marks: 0 };
  const isAnswer = view.getUint8(transportAt + 10) >= 128;
  const code = view.getUint8(transportAt + 11) % 16;
  return { did: sent, marks: isAnswer && code === 3 ? 1 : 0 };
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
