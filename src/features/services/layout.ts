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
 * What a column is about, as the first column about it: columns about one thing say the same in several ways (there at all,
 * share of sessions, share of packets, answered ...) and are explained together.
 */
export function servicesSubject(column: number): number {
  if (column < GROUP_SENT) return sideOfColumn(column) * CLASSES + (column % CLASSES);
  if (column < PROTOCOL_SESSIONS) return column;
  if (column < REACH_SESSIONS) return PROTOCOL_SESSIONS + ((column - PROTOCOL_SESSIONS) % 6);
  if (column < SENT_PACKETS) return REACH_SESSIONS + ((column - REACH_SESSIONS) % 3);
  if (column < TCP_OUTCOMES) return SENT_PACKETS;
  if (column <= STACK) return column;
  return column < STACK + 6 ? STACK : Math.min(column, STACK + 7);
}

/** Side of a column about a service, groups left out. */
function sideOfColumn(column: number): number {
  if (column < ANSWERED) return Math.floor(column / CLASSES) % 3;
  return column >= USED_OUTSIDE && column < LISTENS ? USES : SERVES;
}

/** A subject in words: `serves printing`. @param subject as `servicesSubject` gives it */
export function servicesSubjectName(subject: number): string {
  if (subject < SIDE_SHARE) return serviceSubjectName(subject);
  if (subject < PROTOCOL_SESSIONS)
    return ['serves others', 'uses others', 'talks to equals'][subject - SIDE_SHARE] ?? '';
  const protocol = ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'IGMP', 'other protocols'];
  if (subject < REACH_SESSIONS) return `share of ${protocol[subject - PROTOCOL_SESSIONS] ?? ''}`;
  const reach = ['private', 'external', 'multicast or broadcast'];
  if (subject < SENT_PACKETS) return `share of ${reach[subject - REACH_SESSIONS] ?? ''} peers`;
  if (subject < TCP_OUTCOMES) return 'share of what it sends';
  if (subject < STACK) return `TCP sessions with ${tcpOutcomes[subject - TCP_OUTCOMES] ?? ''}`;
  if (subject === STACK) return 'TTL of its packets';
  return subject === STACK + 6 ? "don't-fragment flag" : 'TCP options of its stack';
}

function serviceSubjectName(subject: number): string {
  const title = serviceClassTitle(subject % CLASSES);
  if (subject >= GROUP_RECEIVED) return `receives ${title} to a group`;
  if (subject >= GROUP_SENT) return `sends ${title} to a group`;
  const side = sideOfColumn(subject);
  return side === PEER ? `speaks ${title} with equals` : `${sides[side] ?? ''} ${title}`;
}

/** Side and class that a column of group V is about; undefined for all others. */
export function serviceOfColumn(column: number): { side: number; serviceClass: number } | undefined {
  if (column >= SIDE_SHARE) return undefined;
  const serviceClass = column % CLASSES;
  return { side: column < GROUP_SENT ? sideOfColumn(column) : PEER, serviceClass };
}
