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
}

export interface CheckReport {
  readonly sha256: string;
  /** Service ports seen with payload, and packet counts, largest first; at most 20. */
  readonly ports: Readonly<Record<string, number>>;
  /** Protocols by tshark; null where there is no tshark. */
  readonly protocols: readonly string[] | null;
  /** What is wrong; empty for a good file. */
  readonly problems: readonly string[];
}

const FEWEST_PACKETS = 100;

/** Looks at a finished capture with the product's own reader and, where present, with tshark. */
export async function checkCapture(request: CheckRequest): Promise<CheckReport> {
  const { path, mac, mustSee, machineAddresses, maxBytes } = request;
  const macs = new Map<string, number>();
  const ports = new Map<string, number>();
  let longest = 0;
  // A function of its own, since the compiler does not see what the callback assigns.
  const note = (packet: Packet): void => {
    longest = Math.max(longest, packet.capturedBytes);
    for (const address of macsOf(packet)) macs.set(address, (macs.get(address) ?? 0) + 1);
    const port = servicePort(packet, mustSee);
    if (port !== undefined) ports.set(port, (ports.get(port) ?? 0) + 1);
  };
  const summary = await openCapture(new Uint8Array(readFileSync(path)), {
    name: path,
    digest: 'always',
  }).read(note);
  const byCount = [...macs].sort((a, b) => b[1] - a[1]);
  const problems = [
    ...(summary.truncated || summary.damage !== null ? ['does not parse to its end'] : []),
    ...(summary.packets < FEWEST_PACKETS
      ? [`${summary.packets} packets, ${FEWEST_PACKETS} are the least`]
      : []),
    ...(statSync(path).size > maxBytes ? ['larger than allowed'] : []),
    ...(longest > SNAP_LENGTH_BYTES ? [`a packet of ${longest} captured bytes`] : []),
    ...(byCount[0]?.[0] === mac ? [] : [`the most frequent MAC address is ${byCount[0]?.[0]}, not ${mac}`]),
    ...mustSee.filter((port) => !ports.has(port)).map((port) => `no ${port}`),
    ...(await addressesFound(path, machineAddresses)),
  ];
  return {
    sha256: (await summary.sha256) ?? '',
    ports: Object.fromEntries([...ports].sort((a, b) => b[1] - a[1]).slice(0, 20)),
    protocols: await protocolsOf(path),
    problems,
  };
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

/**
 * The port that names a packet's service: one that has to occur, otherwise the lower one. Undefined for packets
 * without payload, since a refused connection shows a port and no service.
 */
function servicePort(packet: Packet, mustSee: readonly string[]): string | undefined {
  const { protocol, sourcePort, destinationPort } = packet;
  const hasPorts = protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP;
  if (!hasPorts || packet.payloadBytes === 0) return undefined;
  const named = [destinationPort, sourcePort].map(
    (port) => `${protocol === PROTOCOL_TCP ? 'tcp' : 'udp'}/${port}`,
  );
  // NFS clients use low ports themselves, so the lower one alone would miss 2049.
  return named.find((name) => mustSee.includes(name)) ?? named[destinationPort <= sourcePort ? 0 : 1];
}

/** Which of the addresses tshark finds in the file. */
async function addressesFound(path: string, addresses: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const address of addresses) {
    const field = address.includes(':') ? 'ipv6.addr' : 'ip.addr';
    const { code, stdout } = await run(
      ['tshark', '-n', '-r', path, '-Y', `${field} == ${address}`, '-c', '1'],
      30_000,
    );
    if (code === 0 && stdout.trim() !== '') problems.push(`holds the machine's own address ${address}`);
  }
  return problems;
}

async function protocolsOf(path: string): Promise<string[] | null> {
  const { code, stdout } = await run(['tshark', '-n', '-r', path, '-q', '-z', 'io,phs'], 30_000);
  if (code !== 0) return null;
  const names = [...stdout.matchAll(/^\s*([\w.-]+)\s+frames:/gm)].map((match) => match[1] as string);
  return [...new Set(names)];
}
