/** Which peers and ports are behind a number of the `net` view. */
import { DID_SEND_RST, DID_SEND_SYN } from '../../sessions/index.js';
import type { NetActivity } from './net-activity.js';
import { type NetNumberName, netNumberNames } from './net-units.js';
import { answererFacts, failedInWindow } from './outcome.js';
import { IS_ICMP, IS_MULTICAST, IS_TCP, IS_UDP, OPENED_BY_DEVICE } from './row-kinds.js';

/** A peer or a port, and how often it is behind a number; null: not told apart. */
export interface NetEvidence {
  /** IP version and address as the session table keeps it. */
  readonly peer: { readonly version: 4 | 6; readonly address: number } | null;
  readonly service: { readonly protocol: number; readonly port: number } | null;
  readonly count: number;
}

/** What of a session is counted, and by which of its ends. */
interface Question {
  readonly by: 'peer' | 'service' | 'both';
  readonly asks: (row: number, kind: number, did: number, marks: number) => number;
}

const attempted = (opened: boolean) => (_: number, kind: number) =>
  isAttempt(kind) && ((kind & OPENED_BY_DEVICE) !== 0) === opened ? 1 : 0;
const failed = (opened: boolean) => (row: number, kind: number, did: number) =>
  attempted(opened)(row, kind) === 1 && failedInWindow(kind, did) ? 1 : 0;

function isAttempt(kind: number): boolean {
  return (kind & (IS_ICMP | IS_MULTICAST)) === 0;
}

const questions: Partial<Record<NetNumberName, Question>> = {
  sessions: { by: 'both', asks: (_, kind) => Number(isAttempt(kind)) },
  'peers sent': { by: 'service', asks: attempted(true) },
  'peers received': { by: 'service', asks: attempted(false) },
  'ports sent': { by: 'peer', asks: attempted(true) },
  'ports received': { by: 'peer', asks: attempted(false) },
  'most ports with one peer sent': { by: 'peer', asks: attempted(true) },
  'most ports with one peer received': { by: 'peer', asks: attempted(false) },
  'most peers with one port sent': { by: 'service', asks: attempted(true) },
  'ICMP echo peers': {
    by: 'peer',
    asks: (_, kind, did) => Number((kind & IS_ICMP) !== 0 && (did & DID_SEND_SYN) !== 0),
  },
  'failed sent': { by: 'both', asks: failed(true) },
  'failed received': { by: 'both', asks: failed(false) },
  'failed share sent': { by: 'both', asks: failed(true) },
  'failed share received': { by: 'both', asks: failed(false) },
  'resets to sent': {
    by: 'both',
    asks: (_, kind, did) =>
      Number((kind & IS_TCP) !== 0 && (answererFacts(kind, did) & DID_SEND_RST) !== 0) &
      Number((kind & OPENED_BY_DEVICE) !== 0),
  },
  'UDP unanswered sent': {
    by: 'both',
    asks: (row, kind, did) => ((kind & IS_UDP) !== 0 ? failed(true)(row, kind, did) : 0),
  },
  'DNS name errors': { by: 'peer', asks: (_, kind, __, marks) => ((kind & IS_UDP) !== 0 ? marks : 0) },
  'odd TCP flags': { by: 'both', asks: (_, kind, __, marks) => ((kind & IS_TCP) !== 0 ? marks : 0) },
};

/**
 * The peers or ports that make up most of a number.
 * @param unit row of the activity's units
 * @param limit at most so many; the most frequent first
 */
export function netEvidence(
  activity: NetActivity,
  unit: number,
  column: number,
  limit: number,
): NetEvidence[] {
  const name = netNumberNames[column];
  if (name === undefined) return [];
  const arp = activity.arp.get(activity.units.window[unit] as number);
  if (name.startsWith('ARP')) {
    const counts =
      name === 'ARP request peers'
        ? new Map(Array.from(arp?.asked ?? [], (address) => [address, 1]))
        : name === 'ARP unsolicited replies'
          ? arp?.unsolicited
          : name === 'ARP gratuitous requests'
            ? arp?.gratuitous
            : new Map(Array.from(arp?.contested ?? [], (address) => [address, 1]));
    return top(
      Array.from(counts ?? [], ([address, count]) => ({
        peer: { version: 4, address },
        service: null,
        count,
      })),
      limit,
    );
  }
  const question = questions[name];
  return question === undefined
    ? unreachables(activity, unit, limit)
    : answer(activity, unit, question, limit);
}

function answer(
  { facts, entries, starts, ends }: NetActivity,
  unit: number,
  { by, asks }: Question,
  limit: number,
): NetEvidence[] {
  const found = new Map<string, NetEvidence>();
  for (let entry = starts[unit] as number; entry < (ends[unit] as number); entry++) {
    const row = entries.rows[entry] as number;
    const kind = facts.kinds[row] as number;
    const count = asks(row, kind, entries.facts[entry] as number, entries.marks?.[entry] ?? 0);
    if (count === 0) continue;
    const peer = by === 'service' ? -1 : (facts.peers[row] as number);
    const service = by === 'peer' ? -1 : (facts.services[row] as number);
    const key = `${peer} ${service}`;
    const known = found.get(key);
    found.set(key, {
      peer: known?.peer ?? peerOf(facts.peerKeys, peer),
      service: known?.service ?? serviceOf(facts.serviceKeys, service),
      count: (known?.count ?? 0) + count,
    });
  }
  return top([...found.values()], limit);
}

function unreachables(
  { facts, entries, starts, ends }: NetActivity,
  unit: number,
  limit: number,
): NetEvidence[] {
  const found: NetEvidence[] = [];
  for (let entry = starts[unit] as number; entry < (ends[unit] as number); entry++) {
    const row = entries.rows[entry] as number;
    if (((facts.kinds[row] as number) & IS_ICMP) === 0) continue;
    const marks = entries.marks?.[entry] ?? 0;
    const count = facts.sides[row] === 2 ? marks & 0xffff : marks >>> 16;
    if (count > 0)
      found.push({ peer: peerOf(facts.peerKeys, facts.peers[row] as number), service: null, count });
  }
  return top(found, limit);
}

interface Keys {
  word(id: number, index: 0 | 1): number;
}

function peerOf(keys: Keys, peer: number): NetEvidence['peer'] {
  return peer < 0 ? null : { version: keys.word(peer, 0) === 6 ? 6 : 4, address: keys.word(peer, 1) };
}

function serviceOf(keys: Keys, service: number): NetEvidence['service'] {
  return service < 0 ? null : { protocol: keys.word(service, 0), port: keys.word(service, 1) };
}

function top(evidence: NetEvidence[], limit: number): NetEvidence[] {
  return evidence.sort((a, b) => b.count - a.count).slice(0, limit);
}
