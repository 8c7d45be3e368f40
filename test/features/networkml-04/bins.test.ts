import { describe, expect, it } from 'vitest';
import { binVector, deviceOfBin, roleIn } from '../../../src/features/index.js';
import { openCapture } from '../../../src/pcap/index.js';
import {
  type Networkml04Bin,
  Networkml04BinTable,
  type Networkml04Options,
} from '../../../src/sessions/index.js';
import { filler } from '../../support/bytes.js';
import { classicPieces, type FilePacket, fileOf } from '../../support/capture-files.js';
import { ethernet } from '../../support/frames.js';
import { ipv4, ipv6, udp } from '../../support/ip-packets.js';
import { randomTraffic, type TestPacket, type TestTraffic } from '../../support/traffic.js';

async function binsOf(
  files: readonly FilePacket[],
  options: Networkml04Options = {},
): Promise<Networkml04Bin[]> {
  const table = new Networkml04BinTable(options);
  await openCapture(fileOf(classicPieces(files)), { tunnels: false }).read((packet) => table.add(packet));
  return table.finish();
}

interface SlowSession {
  readonly a: string;
  readonly b: string;
  n: number;
  readonly portA: number;
  readonly portB: number;
  readonly macA: string;
  readonly macB: string;
  readonly protocolByte: number;
  readonly external: boolean;
}

const mac = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');

/** As Python's `is_private` has it for the addresses of the test traffic; 100.64/10 is not among them. */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.31\.|169\.254\.|0\.0\.0\.0|255\.255\.255\.255|fe80:|fd)/.test(address);
}

/** Sections 3 and 4 of the definition, step by step over lists. */
function slowBins({ packets: all, files }: TestTraffic, warmUpSeconds: number): SlowSession[][] {
  // tshark's tcp and udp layers alone have ports here.
  const packets = all.map((packet) =>
    packet.protocol === 6 || packet.protocol === 17
      ? packet
      : { ...packet, sourcePort: 0, destinationPort: 0 },
  );
  const microseconds = (packet: TestPacket): number => packet.seconds * 1e6 + packet.nanoseconds / 1000;
  const entries = new Map<string, { packet: TestPacket; frame: Uint8Array }>();
  for (const [at, packet] of packets.entries()) {
    const key = `${microseconds(packet)} ${packet.source.address}:${packet.sourcePort} ${packet.destination.address}:${packet.destinationPort}`;
    entries.set(key, { packet, frame: files[at]!.frame });
  }
  const firstSeen = new Map<string, number>();
  const bins: Map<string, SlowSession>[] = [new Map()];
  let opened = microseconds(packets[0]!);
  for (const { packet, frame } of entries.values()) {
    const time = microseconds(packet);
    if (time - opened >= 900e6) {
      bins.push(new Map());
      opened = time;
    }
    const a = `${packet.source.address}:${packet.sourcePort}`;
    const b = `${packet.destination.address}:${packet.destinationPort}`;
    const pair = [a, b].sort().join(' ');
    if (!firstSeen.has(pair)) firstSeen.set(pair, time);
    const late = firstSeen.get(pair)! - microseconds(packets[0]!) > warmUpSeconds * 1e6;
    if (warmUpSeconds > 0 && !late) continue;
    const session = bins.at(-1)!.get(pair);
    if (session !== undefined) session.n++;
    else {
      bins.at(-1)!.set(pair, {
        a,
        b,
        n: 1,
        portA: packet.sourcePort,
        portB: packet.destinationPort,
        macA: mac(frame.slice(6, 12)),
        macB: mac(frame.slice(0, 6)),
        protocolByte: frame[23] ?? -1,
        external: !(isPrivate(packet.source.address) && isPrivate(packet.destination.address)),
      });
    }
  }
  const lists = bins.map((bin) => [...bin.values()]);
  if (lists.at(-1)!.length === 0) lists.pop();
  return lists;
}

/** Section 6, one column at a time. */
function slowVector(sessions: readonly SlowSession[], device: string): Float64Array {
  const initiated = sessions.filter(({ macA }) => macA === device);
  const received = sessions.filter(({ macB }) => macB === device);
  const all = Math.max(1, initiated.length) + Math.max(1, received.length);
  const vector = new Float64Array(4104);
  for (const [list, base, shares] of [
    [initiated, 0, 4096],
    [received, 2048, 4100],
  ] as const) {
    for (let port = 0; port < 1024; port++) {
      vector[base + port] = list.filter(({ portA }) => portA === port).length / all;
      vector[base + 1024 + port] = list.filter(({ portB }) => portB === port).length / all;
    }
    const share = (test: (session: SlowSession) => boolean): number =>
      list.filter(test).length / Math.max(1, list.length);
    vector[shares] = share(({ external }) => external);
    vector[shares + 1] = share(({ protocolByte }) => protocolByte === 6);
    vector[shares + 2] = share(({ protocolByte }) => protocolByte === 17);
    vector[shares + 3] = share(({ protocolByte }) => protocolByte === 1);
  }
  return vector;
}

describe('bins of NetworkML 0.4.5', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('are the slow twin, seed %i', async (seed) => {
    const traffic = randomTraffic(seed);
    for (const warmUpSeconds of [0, 2, 120]) {
      const bins = await binsOf(traffic.files, { warmUpSeconds });
      const slow = slowBins(traffic, warmUpSeconds);
      const described = bins.map(({ sessions }) =>
        sessions.map(({ a, b, packets, portA, portB, macA, macB, protocolByte, external }) => ({
          a,
          b,
          n: packets,
          portA,
          portB,
          macA,
          macB,
          protocolByte,
          external,
        })),
      );
      expect(described).toEqual(slow);
      for (const [at, bin] of bins.entries()) {
        const device = deviceOfBin(bin)?.mac ?? '';
        const vector = new Float64Array(4104);
        let last = -1;
        for (const [index, value] of binVector(bin, device)) {
          expect(index).toBeGreaterThan(last);
          last = index;
          vector[index] = value;
        }
        expect(vector).toEqual(slowVector(slow[at]!, device));
      }
    }
  });
});

const ENDS = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 };

function at(seconds: number, frame: Uint8Array, nanoseconds = 0): FilePacket {
  return { seconds: 1_700_000_000 + seconds, nanoseconds, frame };
}

describe('what NetworkML 0.4.5 did with', () => {
  it('frames of one direction and one microsecond: the last one stays', async () => {
    const frame = (source: string): Uint8Array =>
      ethernet({ source, destination: '02:00:00:00:00:02' }, ipv4(ENDS, udp(5, 6)));
    const bins = await binsOf([
      at(0, frame('02:00:00:00:00:0a')),
      at(0, frame('02:00:00:00:00:0b')),
      at(1, frame('02:00:00:00:00:0c')),
      at(1, frame('02:00:00:00:00:0d')),
    ]);
    expect(bins[0]!.sessions.map(({ packets, macA }) => [packets, macA])).toEqual([[2, '02:00:00:00:00:0b']]);
  });

  it('fragments: the one that completes the datagram has the ports', async () => {
    const datagram = udp(53, 1000, filler(92));
    const piece = (from: number, to: number, identification = 1): Uint8Array =>
      ethernet(
        {},
        ipv4(
          { ...ENDS, identification, fragmentOffset: from, moreFragments: to < datagram.length },
          datagram.slice(from, to),
        ),
      );
    const bins = await binsOf([
      at(0, piece(0, 40)),
      at(1, piece(0, 40, 2)),
      // The end comes before the middle: the hole keeps the datagram from being whole.
      at(2, piece(80, 100)),
      at(3, piece(40, 80)),
      at(4, piece(40, 100, 2)),
      // Without its middle a datagram is never whole.
      at(5, piece(0, 40, 3)),
      at(6, piece(80, 100, 3)),
    ]);
    expect(bins[0]!.sessions.map(({ a, b, packets }) => [a, b, packets])).toEqual([
      ['10.0.0.1:0', '10.0.0.2:0', 5],
      ['10.0.0.1:53', '10.0.0.2:1000', 2],
    ]);
  });

  it('IPv6 inside of IPv4: the inner addresses', async () => {
    const inner = ipv6({ source: 'fd00::1', destination: 'fd00::2', protocol: 17 }, udp(7, 8));
    const bins = await binsOf([at(0, ethernet({}, ipv4({ ...ENDS, protocol: 41 }, inner)))]);
    expect(bins[0]!.sessions.map(({ a, b }) => [a, b])).toEqual([['fd00::1:7', 'fd00::2:8']]);
  });

  it('the end of the warm-up: what begins with it is left out', async () => {
    const frame = (port: number): Uint8Array => ethernet({}, ipv4(ENDS, udp(port, 6)));
    const files = [at(0, frame(1)), at(120, frame(2)), at(120, frame(3), 1000)];
    const bins = await binsOf(files, { warmUpSeconds: 120 });
    expect(bins.map(({ sessions }) => sessions.map(({ portA }) => portA))).toEqual([[3]]);
  });

  it('silences: bins begin at packets, empty ones stay unless they are the last', async () => {
    const frame = (port: number): Uint8Array => ethernet({}, ipv4(ENDS, udp(port, 6)));
    const files = [
      at(0, frame(1)),
      at(899, frame(2)),
      at(900, frame(1)),
      at(5000, frame(1)),
      at(9000, frame(3)),
    ];
    const kept = await binsOf(files, { warmUpSeconds: 120 });
    expect(kept.map(({ index, sessions }) => [index, sessions.length])).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
      [3, 1],
    ]);
    const early = await binsOf(files.slice(0, 4), { warmUpSeconds: 120 });
    expect(early.map(({ sessions }) => sessions.length)).toEqual([1, 0]);
  });

  it('the device: the first pair of address and MAC that is in most sessions, and its role', async () => {
    const own = '02:00:00:00:00:0a';
    const frame = (source: string, destination: string, to: string): Uint8Array =>
      ethernet({ source, destination }, ipv4({ ...ENDS, destination: to }, udp(9, 6)));
    const bins = await binsOf([
      at(0, frame('02:00:00:00:00:01', '02:00:00:00:00:02', '10.0.0.3')),
      at(1, frame(own, '02:00:00:00:00:02', '10.0.0.4')),
      at(2, frame(own, own, '10.0.0.5')),
      at(3, frame('02:00:00:00:00:03', own, '10.0.0.6')),
    ]);
    expect(deviceOfBin(bins[0]!)).toEqual({ mac: own, address: '10.0.0.1' });
    expect(bins[0]!.sessions.map((session) => roleIn(session, own))).toEqual([
      'unrelated',
      'initiated',
      'both',
      'received',
    ]);
  });
});
