import { sparseVector } from '../../math/index.js';
import type { DeviceSession, HostStack } from '../../sessions/index.js';
import { dynamicClass, serverLikelihood, serviceClasses, serviceClassOf, upnpEventClass } from './classes.js';
import * as layout from './layout.js';

/** The vectors of a device's windows, in the order of time, and the ports behind them. */
export interface ServiceWindows {
  /** Ascending columns and their values, one entry a window. */
  readonly vectors: readonly { readonly columns: Uint32Array; readonly values: Float32Array }[];
  /** What is behind a side and class (`side * classes + class`), for words like "ipp 631; 2 peers". */
  readonly services: ReadonlyMap<number, SeenService>;
}

/** Ports and peers of one class of services on one side. */
export interface SeenService {
  /** Ports with how many session parts had them: the first `portsKept` met. */
  readonly ports: ReadonlyMap<number, number>;
  /** Different peer addresses, counted up to `peersCounted`. */
  readonly peers: number;
}

const TCP = 6;
const FIN = 0x01;
const CLASSES = serviceClasses.length;

/** Inside the collector, ports 49152 to 49154 have a class of their own until it is known what they are. */
const UNDECIDED = CLASSES;
const COLLECTED = CLASSES + 1;
const UNDECIDED_FIRST = 49152;
const UNDECIDED_LAST = 49154;
const ENDPOINT_MAPPER = 135;

/** Most windows of one capture (three weeks): later ones are left out, so that memory has a bound. */
const mostWindows = 2016;

/** Most ports that are remembered for one side and class, and most peers that are counted. */
const portsKept = 16;
const peersCounted = 256;

/** Session parts of one side and class that are looked at for their ports and peers: words need no more. */
const partsNoted = 4096;

interface ServiceNotes {
  parts: number;
  readonly ports: Map<number, number>;
  readonly peers: Set<number>;
}

/** Sums over the session parts of one window. */
interface WindowSums {
  parts: number;
  packets: number;
  sentPackets: number;
  bytes: number;
  sentBytes: number;
  tcpParts: number;
  /** By side and class: parts, and packets. */
  readonly sessions: Float64Array;
  readonly classPackets: Float64Array;
  /** By class: bits of `FLAG_*`. */
  readonly flags: Uint8Array;
  /** Parts by side; parts and packets by protocol and by reach; parts by TCP outcome. */
  readonly shares: Float64Array;
}

const FLAG_ANSWERED = 1;
const FLAG_OUTSIDE = 2;
const FLAG_LISTENS = 4;
const FLAG_GROUP_SENT = 8;
const FLAG_GROUP_RECEIVED = 16;

/** Which side of a session the device is on, and the server's port (0: none that means anything). */
export function sideOf(part: DeviceSession): { side: number; port: number } {
  const both = sideAndPortOf(part);
  return { side: both >> 16, port: both & 0xffff };
}

/** The same as one number, side above port, so that nothing is allocated for a part. */
function sideAndPortOf(part: DeviceSession): number {
  const { devicePort, peerPort } = part;
  if (part.protocol === TCP && part.initiatedBy !== 'first-packet') {
    return part.initiated ? (layout.USES << 16) | peerPort : (layout.SERVES << 16) | devicePort;
  }
  if (devicePort === peerPort) return (layout.PEER << 16) | devicePort;
  const own = serverLikelihood(devicePort);
  const other = serverLikelihood(peerPort);
  if (own === 0 && other === 0) return layout.PEER << 16;
  const serves = own === other ? devicePort < peerPort : own > other;
  return serves ? (layout.SERVES << 16) | devicePort : (layout.USES << 16) | peerPort;
}

/** Makes the window vectors of one device from its session parts. */
export class ServiceWindowCollector {
  private readonly windows = new Map<number, WindowSums>();
  private readonly notes = new Map<number, ServiceNotes>();
  private endpointMapper = false;
  private lastBin = -1;
  private lastSums: WindowSums | undefined;

  /** Adds a part of a session to the window it lies in. */
  add(part: DeviceSession): void {
    const sums = part.bin === this.lastBin ? this.lastSums : this.enter(part.bin);
    if (sums === undefined) return;
    const packets = part.sentPackets + part.receivedPackets;
    sums.parts++;
    sums.packets += packets;
    sums.sentPackets += part.sentPackets;
    sums.bytes += part.sentBytes + part.receivedBytes;
    sums.sentBytes += part.sentBytes;
    addShares(sums, part, packets);
    if (part.protocol === TCP) addTcp(sums, part);
    if (part.devicePort !== 0 || part.peerPort !== 0) this.addService(sums, part, packets);
  }

  /** The sums of a window, which most often is that of the part before. */
  private enter(bin: number): WindowSums | undefined {
    let sums = this.windows.get(bin);
    if (sums === undefined && this.windows.size < mostWindows) {
      sums = emptySums();
      this.windows.set(bin, sums);
    }
    this.lastBin = bin;
    this.lastSums = sums;
    return sums;
  }

  private addService(sums: WindowSums, part: DeviceSession, packets: number): void {
    const sideAndPort = sideAndPortOf(part);
    const side = sideAndPort >> 16;
    const port = sideAndPort & 0xffff;
    const undecided = port >= UNDECIDED_FIRST && port <= UNDECIDED_LAST;
    const kind = undecided ? UNDECIDED : port === 0 ? dynamicClass : serviceClassOf(port);
    if (port === ENDPOINT_MAPPER) this.endpointMapper = true;
    const cell = side * COLLECTED + kind;
    sums.sessions[cell] = (sums.sessions[cell] as number) + 1;
    sums.classPackets[cell] = (sums.classPackets[cell] as number) + packets;
    const share = side;
    sums.shares[share] = (sums.shares[share] as number) + 1;
    let flags = sums.flags[kind] as number;
    if (side === layout.SERVES && part.sentPackets > 0 && part.receivedPackets > 0) flags |= FLAG_ANSWERED;
    if (side === layout.USES && part.peerClass === 'external') flags |= FLAG_OUTSIDE;
    if (side === layout.SERVES && part.protocol === TCP && part.sentSyn > 0) flags |= FLAG_LISTENS;
    if (part.peerClass === 'multicast') flags |= part.sentPackets > 0 ? FLAG_GROUP_SENT : FLAG_GROUP_RECEIVED;
    sums.flags[kind] = flags;
    if (port !== 0) this.note(cell, port, part);
  }

  private note(cell: number, port: number, part: DeviceSession): void {
    let notes = this.notes.get(cell);
    if (notes === undefined) {
      notes = { parts: 0, ports: new Map(), peers: new Set() };
      this.notes.set(cell, notes);
    }
    if (notes.parts++ >= partsNoted) return;
    const count = notes.ports.get(port);
    if (count !== undefined || notes.ports.size < portsKept) notes.ports.set(port, (count ?? 0) + 1);
    // An IPv4 word can equal the number of an IPv6 address: half a step keeps them apart.
    if (notes.peers.size < peersCounted) notes.peers.add(part.peerAddress + (part.ipVersion === 6 ? 0.5 : 0));
  }

  /** @param stack what the device's own packets say about its TCP stack; null where nothing was seen */
  finish(stack: HostStack | null): ServiceWindows {
    const undecidedIs = this.endpointMapper ? dynamicClass : upnpEventClass;
    const vectors = [...this.windows]
      .sort(([a], [b]) => a - b)
      .map(([, sums]) => vectorOf(sums, undecidedIs, stack));
    const joined = new Map<number, ServiceNotes>();
    for (const [cell, { ports, peers }] of this.notes) {
      const kind = cell % COLLECTED;
      const target = Math.floor(cell / COLLECTED) * CLASSES + (kind === UNDECIDED ? undecidedIs : kind);
      const known = joined.get(target) ?? { parts: 0, ports: new Map(), peers: new Set() };
      for (const [port, count] of ports) known.ports.set(port, (known.ports.get(port) ?? 0) + count);
      for (const peer of peers) known.peers.add(peer);
      joined.set(target, known);
    }
    const services = new Map<number, SeenService>();
    for (const [target, { ports, peers }] of joined) services.set(target, { ports, peers: peers.size });
    return { vectors, services };
  }
}

function emptySums(): WindowSums {
  return {
    parts: 0,
    packets: 0,
    sentPackets: 0,
    bytes: 0,
    sentBytes: 0,
    tcpParts: 0,
    sessions: new Float64Array(3 * COLLECTED),
    classPackets: new Float64Array(3 * COLLECTED),
    flags: new Uint8Array(COLLECTED),
    shares: new Float64Array(layout.STACK - layout.SIDE_SHARE),
  };
}

function addTo(sums: Float64Array, at: number, amount: number): void {
  sums[at] = (sums[at] as number) + amount;
}

function addShares({ shares }: WindowSums, part: DeviceSession, packets: number): void {
  const protocol = protocolColumn(part.protocol);
  addTo(shares, layout.PROTOCOL_SESSIONS - layout.SIDE_SHARE + protocol, 1);
  addTo(shares, layout.PROTOCOL_PACKETS - layout.SIDE_SHARE + protocol, packets);
  const reach = part.peerClass === 'private' ? 0 : part.peerClass === 'external' ? 1 : 2;
  addTo(shares, layout.REACH_SESSIONS - layout.SIDE_SHARE + reach, 1);
  addTo(shares, layout.REACH_PACKETS - layout.SIDE_SHARE + reach, packets);
}

function protocolColumn(protocol: number): number {
  if (protocol === TCP) return 0;
  if (protocol === 17) return 1;
  if (protocol === 1) return 2;
  if (protocol === 58) return 3;
  return protocol === 2 ? 4 : 5;
}

function addTcp(sums: WindowSums, part: DeviceSession): void {
  sums.tcpParts++;
  const base = layout.TCP_OUTCOMES - layout.SIDE_SHARE;
  // Who opened the session tells a SYN from a SYN-ACK: the opener's packets with SYN carry no ACK.
  if (part.sentSyn > 0) addTo(sums.shares, base + (part.initiated ? 0 : 2), 1);
  if (part.receivedSyn > 0) addTo(sums.shares, base + (part.initiated ? 3 : 1), 1);
  if (part.sentRst > 0) addTo(sums.shares, base + 4, 1);
  if (part.receivedRst > 0) addTo(sums.shares, base + 5, 1);
  if (((part.sentTcpFlags | part.receivedTcpFlags) & FIN) !== 0) addTo(sums.shares, base + 6, 1);
  if (part.sentPackets === 0 || part.receivedPackets === 0) addTo(sums.shares, base + 7, 1);
}

function vectorOf(
  sums: WindowSums,
  undecidedIs: number,
  stack: HostStack | null,
): { columns: Uint32Array; values: Float32Array } {
  const dense = new Float32Array(layout.SERVICES_COLUMNS);
  const add = (column: number, value: number): void => {
    dense[column] = (dense[column] as number) + value;
  };
  for (let cell = 0; cell < sums.sessions.length; cell++) {
    const sessions = sums.sessions[cell] as number;
    if (sessions === 0) continue;
    const kind = cell % COLLECTED;
    const target = Math.floor(cell / COLLECTED) * CLASSES + (kind === UNDECIDED ? undecidedIs : kind);
    dense[layout.PRESENT + target] = 1;
    add(layout.SESSION_SHARE + target, sessions / sums.parts);
    add(layout.PACKET_SHARE + target, (sums.classPackets[cell] as number) / Math.max(1, sums.packets));
  }
  for (let kind = 0; kind < COLLECTED; kind++) {
    const flags = sums.flags[kind] as number;
    const target = kind === UNDECIDED ? undecidedIs : kind;
    if ((flags & FLAG_ANSWERED) !== 0) dense[layout.ANSWERED + target] = 1;
    if ((flags & FLAG_OUTSIDE) !== 0) dense[layout.USED_OUTSIDE + target] = 1;
    if ((flags & FLAG_LISTENS) !== 0) dense[layout.LISTENS + target] = 1;
    if ((flags & FLAG_GROUP_SENT) !== 0) dense[layout.GROUP_SENT + target] = 1;
    if ((flags & FLAG_GROUP_RECEIVED) !== 0) dense[layout.GROUP_RECEIVED + target] = 1;
  }
  writeShares(dense, sums);
  if (stack !== null) writeStack(dense, stack);
  return sparseVector(dense);
}

function writeShares(dense: Float32Array, sums: WindowSums): void {
  for (let at = 0; at < sums.shares.length; at++) {
    const column = layout.SIDE_SHARE + at;
    const ofPackets =
      (column >= layout.PROTOCOL_PACKETS && column < layout.REACH_SESSIONS) ||
      (column >= layout.REACH_PACKETS && column < layout.SENT_PACKETS);
    const whole = column >= layout.TCP_OUTCOMES ? sums.tcpParts : ofPackets ? sums.packets : sums.parts;
    dense[column] = (sums.shares[at] as number) / Math.max(1, whole);
  }
  dense[layout.SENT_PACKETS] = sums.sentPackets / Math.max(1, sums.packets);
  dense[layout.SENT_BYTES] = sums.sentBytes / Math.max(1, sums.bytes);
}

function writeStack(dense: Float32Array, stack: HostStack): void {
  const { packets, ttlClasses, dontFragment, syns } = stack;
  for (let i = 0; i < 6; i++) dense[layout.STACK + i] = (ttlClasses[i] as number) / Math.max(1, packets);
  dense[layout.STACK + 6] = dontFragment / Math.max(1, packets);
  if (syns === 0) return;
  dense[layout.STACK + 7] = 1;
  dense[layout.STACK + 8] = Math.log2(stack.window + 1);
  dense[layout.STACK + 9] = stack.segmentSize / 1460;
  dense[layout.STACK + 10] = stack.windowScale + 1;
  dense[layout.STACK + 11] = stack.timestamps ? 1 : 0;
  dense[layout.STACK + 12] = stack.sack ? 1 : 0;
  dense[layout.STACK + 13] = stack.withoutOptions ? 1 : 0;
}
