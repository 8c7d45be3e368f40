/**
 * Layout `services/1`: one vector for each 15-minute window of a device. Which classes of services it serves, uses or
 * talks to as an equal (V), over which protocols and how far (P), what became of its TCP sessions (T), and the values
 * of its own TCP stack (K). Group letters as in docs/roles.md.
 */
import { serviceClasses, serviceClassTitle } from './classes.js';

export const SERVICES_LAYOUT = 'services/1';

/** The device's side of a session. */
export const sides = ['serves', 'uses', 'peer'] as const;
export const SERVES = 0;
export const USES = 1;
export const PEER = 2;

const CLASSES = serviceClasses.length;

// Offsets of blocks by side and class, then of blocks by class.
export const PRESENT = 0;
export const SESSION_SHARE = 3 * CLASSES;
export const PACKET_SHARE = 6 * CLASSES;
export const ANSWERED = 9 * CLASSES;
export const USED_OUTSIDE = 10 * CLASSES;
export const LISTENS = 11 * CLASSES;
export const GROUP_SENT = 12 * CLASSES;
export const GROUP_RECEIVED = 13 * CLASSES;
export const SIDE_SHARE = 14 * CLASSES;
/** Shares of sessions, then of packets: TCP, UDP, ICMP, ICMPv6, IGMP, other. */
export const PROTOCOL_SESSIONS = SIDE_SHARE + 3;
export const PROTOCOL_PACKETS = PROTOCOL_SESSIONS + 6;
/** Shares of sessions, then of packets: private, external, multicast. */
export const REACH_SESSIONS = PROTOCOL_PACKETS + 6;
export const REACH_PACKETS = REACH_SESSIONS + 3;
export const SENT_PACKETS = REACH_PACKETS + 3;
export const SENT_BYTES = SENT_PACKETS + 1;
/** Shares of TCP sessions: see `tcpOutcomes`. */
export const TCP_OUTCOMES = SENT_BYTES + 1;

/** What can be seen of a TCP session, in the order of the columns. */
const tcpOutcomes = [
  'a SYN sent',
  'a SYN received',
  'a SYN-ACK sent',
  'a SYN-ACK received',
  'a RST sent',
  'a RST received',
  'a FIN',
  'packets of one side only',
] as const;

/** First column of the device's own stack (K): see `stackColumns`. */
export const STACK = TCP_OUTCOMES + tcpOutcomes.length;

/** Values of the device's own stack, in the order of the columns. */
const stackColumns = [
  'TTL up to 1',
  'TTL up to 4',
  'TTL up to 32',
  'TTL up to 64',
  'TTL up to 128',
  'TTL up to 255',
  "don't fragment",
  'SYN seen',
  'SYN window',
  'SYN segment size',
  'SYN window scale',
  'SYN timestamps',
  'SYN SACK',
  'SYN without options',
] as const;

/** Columns of groups V, P and T; the stack (K) follows. */
export const SERVICES_WITHOUT_STACK = STACK;
/** Columns of group V: which services there are. P, T and K follow. */
export const SERVICES_PER_SERVICE = SIDE_SHARE;
export const SERVICES_COLUMNS = STACK + stackColumns.length;

/**
 * What a column is about: columns with one key say the same thing in several ways (there at all, share of sessions,
 * share of packets, answered ...) and are explained together.
 */
export function servicesSubject(column: number): string {
  if (column < SIDE_SHARE) return subjectOfService(column);
  if (column < PROTOCOL_SESSIONS)
    return ['serves others', 'uses others', 'talks to equals'][column - SIDE_SHARE] ?? '';
  const protocol = ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'IGMP', 'other protocols'];
  if (column < REACH_SESSIONS) return `share of ${protocol[(column - PROTOCOL_SESSIONS) % 6] ?? ''}`;
  const reach = ['private', 'external', 'multicast or broadcast'];
  if (column < SENT_PACKETS) return `share of ${reach[(column - REACH_SESSIONS) % 3] ?? ''} peers`;
  if (column < TCP_OUTCOMES) return 'share of what it sends';
  if (column < STACK) return `TCP sessions with ${tcpOutcomes[column - TCP_OUTCOMES] ?? ''}`;
  const at = column - STACK;
  return at < 6 ? 'TTL of its packets' : at === 6 ? "don't-fragment flag" : 'TCP options of its stack';
}

function subjectOfService(column: number): string {
  const title = serviceClassTitle(column % CLASSES);
  if (column >= GROUP_SENT) {
    return column < GROUP_RECEIVED ? `sends ${title} to a group` : `receives ${title} to a group`;
  }
  if (column < ANSWERED) {
    const side = Math.floor(column / CLASSES) % 3;
    return side === PEER ? `speaks ${title} with equals` : `${sides[side] ?? ''} ${title}`;
  }
  return column >= USED_OUTSIDE && column < LISTENS ? `uses ${title}` : `serves ${title}`;
}

/** Side and class that a column of group V is about; undefined for all others. */
export function serviceOfColumn(column: number): { side: number; serviceClass: number } | undefined {
  if (column >= SIDE_SHARE) return undefined;
  const serviceClass = column % CLASSES;
  if (column >= GROUP_SENT) return { side: PEER, serviceClass };
  if (column < ANSWERED) return { side: Math.floor(column / CLASSES) % 3, serviceClass };
  return { side: column >= USED_OUTSIDE && column < LISTENS ? USES : SERVES, serviceClass };
}
