import { readFileSync, statSync } from 'node:fs';
import { openCapture, type Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../../src/pcap/index.js';
import { run } from '../machine/process.js';
import { SNAP_LENGTH_BYTES } from '../net/capture.js';

export interface CheckRequest {
  readonly path: string;
  readonly mac: string;
  /** As `tcp/445`: service ports that have to occur on either side of a packet with payload. */
  readonly mustSee: readonly string[];
  /** Addresses of the machine, which may not occur. */
  readonly machineAddresses: readonly string[];
  readonly maxBytes: number;
  readonly leastPackets: number;
}

export interface CheckReport {
  readonly sha256: string;
  /** Service ports seen with payload, and packet counts, largest first; at most 24. */
  readonly ports: Readonly<Record<string, number>>;
  /** Sessions by service port (5-tuples without order, no time-out), largest first; at most 24. */
  readonly sessions: Readonly<Record<string, number>>;
  /** All of them. */
  readonly sessionCount: number;
  /** Protocols by tshark; null where there is no tshark. */
  readonly protocols: readonly string[] | null;
  /** What is wrong; empty for a good file. */
  readonly problems: readonly string[];
}

const SHOWN_PORTS = 24;
/** The rest is group traffic of others. A router may be in more packets than the device. */
const LEAST_OWN_SHARE = 0.4;

class Tally {
  readonly macs = new Map<string, number>();
  readonly ports = new Map<string, number>();
  /** Service port of each session by its two ends. */
  readonly sessions = new Map<string, string>();
  readonly #mustSee: ReadonlySet<string>;
  readonly #forbidden: ReadonlySet<string>;
  longest = 0;
  forbidden = 0;

  constructor(mustSee: readonly string[], machineAddresses: readonly string[]) {
    this.#mustSee = new Set(mustSee);
    this.#forbidden = new Set(machineAddresses.filter((text) => text.includes('.')).map(wordOf));
  }

  note(packet: Packet): void {
    this.longest = Math.max(this.longest, packet.capturedBytes);
    for (const address of macsOf(packet)) this.macs.set(address, (this.macs.get(address) ?? 0) + 1);
    const ends = [packet.source0, packet.destination0].map(String);
    if (packet.ipVersion === 4 && ends.some((end) => this.#forbidden.has(end))) this.forbidden++;
    const { protocol, sourcePort, destinationPort } = packet;
    if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return;
    const port = servicePort(packet, this.#mustSee);
    if (packet.payloadBytes > 0) this.ports.set(port, (this.ports.get(port) ?? 0) + 1);
    const source = `${packet.source0},${packet.source1},${packet.source2},${packet.source3}:${sourcePort}`;
    const destination = `${packet.destination0},${packet.destination1},${packet.destination2},${packet.destination3}:${destinationPort}`;
    const key = `${protocol} ${source < destination ? `${source} ${destination}` : `${destination} ${source}`}`;
    if (!this.sessions.has(key)) this.sessions.set(key, port);
  }
}

/** Looks at a finished capture with the product's own reader and, where present, with tshark. */
export async function checkCapture(request: CheckRequest): Promise<CheckReport> {
  const { path, mac, mustSee, machineAddresses, maxBytes, leastPackets } = request;
  const tally = new Tally(mustSee, machineAddresses);
  const summary = await openCapture(new Uint8Array(readFileSync(path)), {
    name: path,
    digest: 'always',
  }).read((packet) => tally.note(packet));
  const ownShare = (tally.macs.get(mac) ?? 0) / summary.packets;
  const problems = [
    ...(summary.truncated || summary.damage !== null ? ['does not parse to its end'] : []),
    ...(summary.packets < leastPackets ? [`${summary.packets} packets, ${leastPackets} are the least`] : []),
    ...(statSync(path).size > maxBytes ? ['larger than allowed'] : []),
    ...(tally.longest > SNAP_LENGTH_BYTES ? [`a packet of ${tally.longest} captured bytes`] : []),
    ...(ownShare >= LEAST_OWN_SHARE
      ? []
      : [`only ${Math.round(100 * ownShare)} % of the packets are from or to ${mac}`]),
    ...mustSee.filter((port) => !tally.ports.has(port)).map((port) => `no ${port}`),
    ...(tally.forbidden > 0 ? ["holds the machine's own address"] : []),
  ];
  const sessions = new Map<string, number>();
  for (const port of tally.sessions.values()) sessions.set(port, (sessions.get(port) ?? 0) + 1);
  return {
    sha256: (await summary.sha256) ?? '',
    ports: largest(tally.ports),
    sessions: largest(sessions),
    sessionCount: tally.sessions.size,
    protocols: await protocolsOf(path),
    problems,
  };
}

function largest(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]).slice(0, SHOWN_PORTS));
}

/** An IPv4 address as the packet record has it: a signed 32-bit word. */
function wordOf(dotted: string): string {
  return String(dotted.split('.').reduce((word, octet) => (word << 8) | Number(octet), 0));
}

function macsOf(packet: Packet): string[] {
  return [
    macText(packet.sourceMacHigh, packet.sourceMacLow),
    macText(packet.destinationMacHigh, packet.destinationMacLow),
  ].filter((text) => text !== 'ff:ff:ff:ff:ff:ff');
}

function macText(high: number, low: number): string {
  const hex = (high & 0xffff).toString(16).padStart(4, '0') + (low >>> 0).toString(16).padStart(8, '0');
  return (hex.match(/../g) ?? []).join(':');
}

/** The port that names a packet's service: one that has to occur, otherwise the lower one. */
function servicePort(
  { protocol, sourcePort, destinationPort }: Packet,
  mustSee: ReadonlySet<string>,
): string {
  const name = protocol === PROTOCOL_TCP ? 'tcp' : 'udp';
  // NFS clients use low ports themselves, so the lower one alone would miss 2049.
  const wanted = [destinationPort, sourcePort].find((port) => mustSee.has(`${name}/${port}`));
  return `${name}/${wanted ?? Math.min(sourcePort, destinationPort)}`;
}

async function protocolsOf(path: string): Promise<string[] | null> {
  const { code, stdout } = await run(['tshark', '-n', '-r', path, '-q', '-z', 'io,phs'], 60_000);
  if (code !== 0) return null;
  const names = [...stdout.matchAll(/^\s*([\w.-]+)\s+frames:/gm)].map((match) => match[1] as string);
  return [...new Set(names)];
}
