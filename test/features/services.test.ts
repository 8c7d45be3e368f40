import { describe, expect, it } from 'vitest';
import {
  SERVICES_COLUMNS,
  ServiceWindowCollector,
  serviceClasses,
  serviceOfColumn,
  servicesSubject,
  servicesSubjectName,
} from '../../src/features/index.js';
import { serviceClassOf, sideOf } from '../../src/features/services/index.js';
import * as layout from '../../src/features/services/layout.js';
import { openCapture } from '../../src/pcap/index.js';
import { type DeviceSession, forEachDeviceSession, sessionize } from '../../src/sessions/index.js';
import { u8 } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, tcp, udp } from '../support/ip-packets.js';
import { randomTraffic } from '../support/traffic.js';

const classes = serviceClasses.length;

async function seen(bytes: Uint8Array, address?: string) {
  const hint = address === undefined ? {} : { device: { address, source: 'option' as const } };
  const { table, device } = await sessionize(openCapture(bytes), hint);
  const parts: DeviceSession[] = [];
  const collector = new ServiceWindowCollector();
  forEachDeviceSession(table, device!, (part) => {
    parts.push({ ...part });
    collector.add(part);
  });
  return { parts, windows: collector.finish(table.stacks.of(device!)), stack: table.stacks.of(device!) };
}

/** Shares of one window by filtering its parts again for every column. */
function slowVector(parts: readonly DeviceSession[]): Map<number, number> {
  const out = new Map<number, number>();
  const put = (column: number, value: number): void => {
    if (value !== 0) out.set(column, Math.fround(value));
  };
  const packets = (of: readonly DeviceSession[]): number =>
    of.reduce((s, p) => s + p.sentPackets + p.receivedPackets, 0);
  const ported = parts.filter((p) => p.devicePort + p.peerPort > 0);
  const rpc = parts.some((p) => p.devicePort + p.peerPort > 0 && sideOf(p).port === 135);
  const classOf = (p: DeviceSession): string => {
    const { port } = sideOf(p);
    if (port === 0 || (rpc && port >= 49152 && port <= 49154)) return 'dyn';
    return serviceClasses[serviceClassOf(port)]!;
  };
  for (let c = 0; c < classes; c++) {
    const own = ported.filter((p) => classOf(p) === serviceClasses[c]);
    const some = (column: number, test: (p: DeviceSession) => boolean): void =>
      put(column, own.some(test) ? 1 : 0);
    for (let side = 0; side < 3; side++) {
      const of = own.filter((p) => sideOf(p).side === side);
      put(layout.PRESENT + side * classes + c, of.length > 0 ? 1 : 0);
      put(layout.SESSION_SHARE + side * classes + c, of.length / parts.length);
      put(layout.PACKET_SHARE + side * classes + c, packets(of) / packets(parts));
    }
    some(layout.ANSWERED + c, (p) => sideOf(p).side === 0 && p.sentPackets > 0 && p.receivedPackets > 0);
    some(layout.USED_OUTSIDE + c, (p) => sideOf(p).side === 1 && p.peerClass === 'external');
    some(layout.LISTENS + c, (p) => sideOf(p).side === 0 && p.protocol === 6 && p.sentSyn > 0);
    some(layout.GROUP_SENT + c, (p) => p.peerClass === 'multicast' && p.sentPackets > 0);
    some(layout.GROUP_RECEIVED + c, (p) => p.peerClass === 'multicast' && p.sentPackets === 0);
  }
  for (let side = 0; side < 3; side++)
    put(layout.SIDE_SHARE + side, ported.filter((p) => sideOf(p).side === side).length / parts.length);
  const numbers = [[6], [17], [1], [58], [2]];
  for (let at = 0; at < 6; at++) {
    const of = parts.filter((p) =>
      at < 5 ? numbers[at]!.includes(p.protocol) : !numbers.flat().includes(p.protocol),
    );
    put(layout.PROTOCOL_SESSIONS + at, of.length / parts.length);
    put(layout.PROTOCOL_PACKETS + at, packets(of) / packets(parts));
  }
  for (const [at, reach] of (['private', 'external', 'multicast'] as const).entries()) {
    const of = parts.filter((p) => p.peerClass === reach);
    put(layout.REACH_SESSIONS + at, of.length / parts.length);
    put(layout.REACH_PACKETS + at, packets(of) / packets(parts));
  }
  put(layout.SENT_PACKETS, parts.reduce((s, p) => s + p.sentPackets, 0) / packets(parts));
  const bytes = parts.reduce((s, p) => s + p.sentBytes + p.receivedBytes, 0);
  put(layout.SENT_BYTES, parts.reduce((s, p) => s + p.sentBytes, 0) / bytes);
  const tcps = parts.filter((p) => p.protocol === 6);
  const share = (at: number, test: (p: DeviceSession) => boolean): void =>
    put(layout.TCP_OUTCOMES + at, tcps.filter(test).length / Math.max(1, tcps.length));
  share(0, (p) => p.sentSyn > 0 && p.initiated);
  share(1, (p) => p.receivedSyn > 0 && !p.initiated);
  share(2, (p) => p.sentSyn > 0 && !p.initiated);
  share(3, (p) => p.receivedSyn > 0 && p.initiated);
  share(4, (p) => p.sentRst > 0);
  share(5, (p) => p.receivedRst > 0);
  share(6, (p) => ((p.sentTcpFlags | p.receivedTcpFlags) & 1) > 0);
  share(7, (p) => p.sentPackets === 0 || p.receivedPackets === 0);
  return new Map([...out].sort(([a], [b]) => a - b));
}

const option = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const device = '10.1.1.9';

function capture(frames: readonly { at: number; packet: Uint8Array }[]): Uint8Array {
  return fileOf(
    classicPieces(
      frames.map(({ at, packet }) => ({ seconds: 1000 + at, nanoseconds: 0, frame: ethernet({}, packet) })),
    ),
  );
}

const from = (payload: Uint8Array, protocol: number, destination: string): Uint8Array =>
  ipv4({ source: device, destination, protocol, dontFragment: true }, payload);
const to = (payload: Uint8Array, protocol: number, source: string): Uint8Array =>
  ipv4({ source, destination: device, protocol }, payload);

describe('layout services/1', () => {
  it('is what its slow twin makes of the same session parts, window by window', async () => {
    let columns = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const traffic = randomTraffic(seed, { sessions: 60 });
      const { parts, windows } = await seen(
        fileOf(classicPieces(traffic.files, { linkType: traffic.linkType })),
      );
      const bins = [...new Set(parts.map(({ bin }) => bin))].sort((a, b) => a - b);
      expect(windows.vectors.length).toBe(bins.length);
      for (const [i, bin] of bins.entries()) {
        const { columns: own, values } = windows.vectors[i]!;
        const found = Array.from(own, (column, at): [number, number] => [column, values[at]!]).filter(
          ([column]) => column < layout.STACK,
        );
        const wanted = [...slowVector(parts.filter((part) => part.bin === bin))];
        expect(found.map(([column]) => column)).toEqual(wanted.map(([column]) => column));
        for (const [at, [, value]] of found.entries()) expect(value).toBeCloseTo(wanted[at]![1], 5);
        columns += found.length;
      }
    }
    expect(columns).toBeGreaterThan(1000);
  });

  it('reads the TTL and the options of SYN packets of the device alone', async () => {
    const own = option(2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7);
    const { stack, windows } = await seen(
      capture([
        { at: 0, packet: from(tcp(40000, 631, 0x02, u8(0).subarray(1), own), 6, '10.1.1.1') },
        { at: 1, packet: to(tcp(631, 40000, 0x12, u8(0).subarray(1), option(2, 4, 2, 0)), 6, '10.1.1.1') },
        { at: 2, packet: from(udp(40001, 53, u8(1)), 17, '10.1.1.2') },
      ]),
      device,
    );
    expect(stack).toEqual({
      packets: 2,
      ttlClasses: [0, 0, 0, 2, 0, 0],
      dontFragment: 2,
      syns: 1,
      window: 512,
      segmentSize: 1460,
      windowScale: 7,
      timestamps: true,
      sack: true,
      withoutOptions: false,
    });
    const values = new Map(
      Array.from(windows.vectors[0]!.columns, (c, i) => [c - layout.STACK, windows.vectors[0]!.values[i]]),
    );
    expect([3, 6, 7, 9, 10, 11, 12].map((c) => values.get(c))).toEqual([1, 1, 1, 1, 8, 1, 1]);
    expect(values.get(8)).toBeCloseTo(Math.log2(513), 5);
  });

  it('stops at options that lie about their length', async () => {
    for (const bad of [option(8, 0, 0, 0), option(3, 200, 1, 1), option(2, 1, 1, 1), option(1, 1, 1, 8)]) {
      const { stack } = await seen(
        capture([{ at: 0, packet: from(tcp(40000, 631, 0x02, u8(0).subarray(1), bad), 6, '10.1.1.1') }]),
        device,
      );
      expect(stack).toMatchObject({ syns: 1, segmentSize: 0, windowScale: -1, timestamps: false });
    }
  });

  it('takes 49152 to 49154 for dynamic ports where the RPC mapper is seen, else for UPnP events', async () => {
    const event = { at: 0, packet: to(tcp(40000, 49153, 0x02), 6, '10.1.1.1') };
    const mapper = { at: 1, packet: to(tcp(40001, 135, 0x02), 6, '10.1.1.1') };
    const served = async (frames: { at: number; packet: Uint8Array }[]): Promise<string[]> => {
      const { windows } = await seen(capture(frames), device);
      return Array.from(windows.vectors[0]!.columns)
        .filter((column) => column < classes)
        .map((column) => serviceClasses[column]!);
    };
    expect(await served([event])).toEqual(['upnpev']);
    expect(await served([event, mapper])).toEqual(['rpc', 'dyn']);
  });

  it('says in words what a column is about, and has a name for every class once', () => {
    const named = new Map<string, number[]>();
    for (let column = 0; column < SERVICES_COLUMNS; column++) {
      const name = servicesSubjectName(servicesSubject(column));
      expect(name.length).toBeGreaterThan(3);
      named.set(name, [...(named.get(name) ?? []), column]);
    }
    // Columns of one name are of one subject, which is the first of them.
    for (const [first, ...others] of named.values()) {
      for (const column of [first!, ...others]) expect(servicesSubject(column)).toBe(first);
    }
    // Three sides, two kinds of groups; sides, protocols, reach, what is sent, TCP, the stack.
    expect(named.size).toBe(5 * classes + 3 + 6 + 3 + 1 + 8 + 3);
    const print = serviceClasses.indexOf('print');
    const name = (column: number) => servicesSubjectName(servicesSubject(column));
    expect(name(layout.LISTENS + print)).toBe('serves printing');
    expect(name(layout.ANSWERED + print)).toBe('serves printing');
    expect(name(layout.USED_OUTSIDE + print)).toBe('uses printing');
    expect(name(layout.PACKET_SHARE + 2 * classes + print)).toBe('speaks printing with equals');
    expect(name(layout.GROUP_SENT + print)).toBe('sends printing to a group');
    expect(name(layout.GROUP_RECEIVED + print)).toBe('receives printing to a group');
    expect(name(layout.SIDE_SHARE + 1)).toBe('uses others');
    expect(name(layout.PROTOCOL_PACKETS + 1)).toBe('share of UDP');
    expect(name(layout.REACH_PACKETS + 2)).toBe('share of multicast or broadcast peers');
    expect(name(layout.SENT_BYTES)).toBe('share of what it sends');
    expect(name(layout.TCP_OUTCOMES + 4)).toBe('TCP sessions with a RST sent');
    expect([0, 5, 6, 7, 13].map((at) => name(layout.STACK + at))).toEqual([
      'TTL of its packets',
      'TTL of its packets',
      "don't-fragment flag",
      'TCP options of its stack',
      'TCP options of its stack',
    ]);
    expect(serviceOfColumn(layout.PACKET_SHARE + classes + print)).toEqual({ side: 1, serviceClass: print });
    expect(new Set(serviceClasses).size).toBe(51);
    expect([631, 47808, 70, 4000, 20001, 60000].map((port) => serviceClasses[serviceClassOf(port)])).toEqual([
      'print',
      'bacnet',
      'low',
      'reg',
      'hireg',
      'dyn',
    ]);
  });
});
