/** The slow twin of the units of behaviour: lists, sets and text keys over the session parts as the device sees them. */
import { isServicePort, serviceCode } from '../../src/features/services.js';
import {
  type Device,
  type DeviceSession,
  forEachDeviceSession,
  type SessionTable,
} from '../../src/sessions/index.js';

type Part = DeviceSession;

/** Parts of a device, copied. */
export function partsOf(table: SessionTable, device: Device): Part[] {
  const parts: Part[] = [];
  forEachDeviceSession(table, device, (part) => parts.push({ ...part }));
  return parts;
}

export function opensSession(part: Part): boolean {
  if (part.protocol === 6 && part.initiatedBy === 'first-packet') {
    const [own, other] = [isServicePort(part.devicePort), isServicePort(part.peerPort)];
    if (own !== other) return other;
  }
  return part.initiated;
}

const portOf = (part: Part) => (opensSession(part) ? part.peerPort : part.devicePort);
const kindOf = (part: Part) =>
  (opensSession(part) ? 0 : 4) +
  (({ 6: 0, 17: 1, 1: 2, 58: 2 } as Record<number, number>)[part.protocol] ?? 3);
const serviceOf = (part: Part) => (portOf(part) === 0 ? 0 : serviceCode(portOf(part)));
const peerOf = (part: Part) => `${part.ipVersion} ${part.peerAddress}`;

function groups<T>(list: readonly T[], of: (one: T) => string | number): T[][] {
  const found = new Map<string | number, T[]>();
  for (const one of list) found.set(of(one), [...(found.get(of(one)) ?? []), one]);
  return [...found.values()];
}

const evenly = <T>(list: readonly T[], limit: number) =>
  list.length <= limit
    ? list
    : Array.from({ length: limit }, (_, i) => list[Math.floor((i * list.length) / limit)] as T);

/** At most `limit` parts of each slice: one of every opener, protocol and service first. */
export function slowChoice(parts: readonly Part[], limit = 512): Part[] {
  return groups(parts, ({ bin }) => bin)
    .flatMap((own) => {
      if (own.length <= limit) return own;
      const first = groups(own, (part) => `${kindOf(part)} ${serviceOf(part)}`).map(([part]) => part as Part);
      const chosen = evenly(
        first.sort((a, b) => a.row - b.row),
        limit,
      );
      const others = own.filter((part) => !first.includes(part));
      return [...chosen, ...evenly(others, limit - chosen.length)];
    })
    .sort((a, b) => a.row - b.row);
}

function hasFailed(part: Part): boolean {
  const opened = opensSession(part);
  const side = (own: boolean) =>
    own
      ? {
          packets: part.sentPackets,
          payload: part.sentPayloadBytes,
          flags: part.sentTcpFlags,
          syn: part.sentSyn,
        }
      : {
          packets: part.receivedPackets,
          payload: part.receivedPayloadBytes,
          flags: part.receivedTcpFlags,
          syn: part.receivedSyn,
        };
  const [out, back] = [side(opened), side(!opened)];
  if (part.peerClass === 'multicast') return false;
  if (part.protocol === 17) return back.packets === 0;
  if (part.protocol !== 6) return false;
  const silent = out.payload === 0 && back.packets === 0;
  const refused = out.payload === 0 && back.payload === 0 && (back.flags & 4) !== 0;
  return silent || refused || (out.syn > 0 && (back.flags & 2) === 0);
}

/** Row, slice, kind, service and numbers of a unit of `sess`. */
export function slowSessUnit(part: Part) {
  const ln = Math.log1p;
  const numbers = [
    Number(part.peerClass === 'external'),
    Number(part.peerClass === 'multicast'),
    ln(part.sentPackets),
    ln(part.receivedPackets),
    ln(part.sentIpBytes),
    ln(part.receivedIpBytes),
    ln(10 * (Math.max(0, part.lastNs - part.firstNs) / 1e9)),
    part.sentIpBytes / Math.max(1, part.sentPackets) / 300,
    part.receivedIpBytes / Math.max(1, part.receivedPackets) / 300,
    Number(part.sentPackets === 0 || part.receivedPackets === 0),
    Number(hasFailed(part)),
    Number(((part.sentTcpFlags | part.receivedTcpFlags) & 4) !== 0),
    Number(part.oddFlagPackets > 0),
    ln(part.sentPayloadBytes),
    ln(part.receivedPayloadBytes),
    ln(part.sentIpBytes) - ln(part.receivedIpBytes),
  ];
  return {
    row: part.row,
    bin: part.bin,
    kind: kindOf(part),
    service: serviceOf(part),
    numbers: numbers.map(Math.fround),
  };
}

const administration = [22, 23, 135, 139, 445, 3389, 5900, 5985, 5986];
const directory = [53, 88, 389, 464, 636, 3268, 3269];

/** By slice: numbers of `adm` and the peers behind them. */
export function slowAdm(parts: readonly Part[]) {
  return inSlices(parts, (own) => {
    const peers = groups(
      own.filter(({ peerClass }) => peerClass !== 'multicast').filter((part) => isOfAdm(part)),
      peerOf,
    ).flatMap((ofPeer) => [true, false].map((sent) => admPeer(ofPeer, sent)));
    const some = peers.flatMap((peer) => (peer === undefined ? [] : [peer]));
    const sum = (sent: boolean, of: (peer: (typeof some)[number]) => number) =>
      some.filter((peer) => peer.sent === sent).reduce((total, peer) => total + of(peer), 0);
    const numbers = [
      sum(true, ({ ports }) => ports.length),
      sum(false, ({ ports }) => ports.length),
      sum(true, () => 1),
      sum(false, () => 1),
      sum(false, ({ dynamic }) => Number(dynamic)),
    ];
    const weight = ({ ports, dynamic }: (typeof some)[number]) => ports.length + (dynamic ? 0.5 : 0);
    return {
      numbers: numbers.map((count) => Math.fround(Math.log1p(count))),
      peers: some.sort((a, b) => weight(b) - weight(a)).slice(0, 5),
    };
  });
}

const isDynamic = (part: Part) => part.protocol === 6 && portOf(part) >= 49152;
const isOfAdm = (part: Part) => isDynamic(part) || [...administration, ...directory].includes(portOf(part));

function admPeer(parts: readonly Part[], sent: boolean) {
  const own = parts.filter((part) => opensSession(part) === sent);
  const isPlain = (part: Part) => !isDynamic(part);
  const ported = own.filter((part) => isPlain(part) && administration.includes(portOf(part)));
  if (own.length === 0 || own.some((part) => isPlain(part) && directory.includes(portOf(part))))
    return undefined;
  return {
    sent,
    ports: administration.filter((port) => ported.some((part) => portOf(part) === port)),
    dynamic: own.some(isDynamic),
    sessionRow: (ported[0] ?? own[0])?.row,
  };
}

/** By slice: numbers of `contacts` and what is behind them. */
export function slowContacts(parts: readonly Part[]) {
  return inSlices(parts, (own) => {
    const bytes = (list: readonly Part[]) => ({
      sent: list.reduce((sum, part) => sum + part.sentIpBytes, 0),
      received: list.reduce((sum, part) => sum + part.receivedIpBytes, 0),
    });
    const whole = bytes(own);
    const unicast = own.filter(({ peerClass }) => peerClass !== 'multicast');
    const peers = groups(unicast, peerOf).map((list) => ({ list, ...bytes(list) }));
    const contacts = unicast.filter(
      (part) =>
        part.peerClass === 'external' &&
        part.row === part.firstRow &&
        [6, 17].includes(part.protocol) &&
        opensSession(part),
    );
    const regular = groups(contacts, (part) => `${peerOf(part)} ${part.protocol} ${part.peerPort}`).map(
      (list) => {
        const gaps = list
          .slice(1)
          .map((part, i) => Math.max(0, (part.firstNs - (list[i] as Part).firstNs) / 1e9));
        const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
        const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
        const value =
          list.length < 5 || mean <= 0
            ? 0
            : Math.log1p(list.length) * Math.max(0, 1 - Math.sqrt(variance) / mean);
        return { value, sessionRow: list[0]?.row, count: list.length };
      },
    );
    const upload = peers.map(({ list, sent, received }) => ({
      value: list[0]?.peerClass === 'external' && sent > received ? Math.log1p(sent - received) : 0,
      sessionRow: list[0]?.row,
      count: sent,
    }));
    const share = peers.map(({ list, sent, received }) => ({
      value: sent > 20_000 && sent > received ? (sent - received) / (whole.sent + whole.received) : 0,
      sessionRow: list[0]?.row,
      count: sent,
    }));
    const best = [regular, upload, share].map((list) => Math.max(0, ...list.map(({ value }) => value)));
    return { numbers: best, candidates: [regular, upload, share] };
  });
}

function inSlices<T>(parts: readonly Part[], of: (own: readonly Part[]) => T): { bin: number; of: T }[] {
  return groups(parts, ({ bin }) => bin)
    .map((own) => ({ bin: (own[0] as Part).bin, of: of(own) }))
    .sort((a, b) => a.bin - b.bin);
}
