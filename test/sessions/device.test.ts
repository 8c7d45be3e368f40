import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import {
  type Device,
  type DeviceHint,
  describeDevice,
  deviceHint,
  sessionize,
} from '../../src/sessions/index.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { LINK_ETHERNET, LINK_RAW } from '../support/frames.js';
import { codeOf } from '../support/read-all.js';
import { slowChoice } from '../support/slow-device.js';
import { filePacketOf, randomTraffic, type TestEnd, type TestPacket } from '../support/traffic.js';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';

const host = (number: number, address = `10.0.0.${number}`): TestEnd => ({
  address,
  mac: `02:00:00:00:00:${number.toString(16).padStart(2, '0')}`,
  kind: 'private',
});

let nextPort = 0;

interface Exchange {
  /** Packets from the first end and, after them, back. */
  readonly there?: number;
  readonly back?: number;
  readonly port?: number;
  readonly ownPort?: number;
  readonly flags?: number;
  readonly protocol?: number;
}

/** The packets of one session of its own. */
function session(from: TestEnd, to: TestEnd, changes: Exchange = {}): TestPacket[] {
  const {
    there = 1,
    back = 1,
    port = 443,
    ownPort = 20000 + nextPort++,
    protocol = 17,
    flags = 0x10,
  } = changes;
  const common = {
    seconds: 1000,
    nanoseconds: 0,
    protocol,
    version: from.address.includes(':') ? 6 : 4,
    vlans: [],
    tcpFlags: flags,
    payloadBytes: 10,
  } as const;
  const out = { ...common, source: from, destination: to, sourcePort: ownPort, destinationPort: port };
  const answer = { ...common, source: to, destination: from, sourcePort: port, destinationPort: ownPort };
  return [...new Array<TestPacket>(there).fill(out), ...new Array<TestPacket>(back).fill(answer)];
}

interface Chosen {
  readonly mac: string | null;
  readonly addresses: string[];
  readonly chosenBy: Device['chosenBy'];
  readonly rival: string | undefined;
}

async function choose(
  packets: readonly TestPacket[],
  options: { hint?: DeviceHint; name?: string; linkType?: number } = {},
): Promise<Chosen | undefined> {
  const { linkType = 1, name, hint } = options;
  const files = packets.map((packet) => filePacketOf(packet, linkType));
  const capture = openCapture(fileOf(classicPieces(files, { linkType })), name === undefined ? {} : { name });
  const { table, device } = await sessionize(capture, hint === undefined ? {} : { device: hint });
  return device === undefined
    ? undefined
    : { ...describeDevice(table, device), chosenBy: device.chosenBy, rival: device.rival };
}

const times = (count: number, build: (i: number) => TestPacket[]): TestPacket[] =>
  Array.from({ length: count }, (_, i) => build(i)).flat();

describe('the choice of a device against its slow twin', () => {
  for (const linkType of [LINK_ETHERNET, LINK_RAW]) {
    it(`finds the same on link type ${linkType}`, async () => {
      let rivals = 0;
      for (let seed = 0; seed < 300; seed++) {
        const traffic = randomTraffic(7000 + seed, { linkType, sessions: (seed % 25) + 1 });
        const capture = openCapture(fileOf(classicPieces(traffic.files, { linkType })));
        const { table, device } = await sessionize(capture);
        const twin = slowChoice(traffic);
        const found =
          device === undefined
            ? undefined
            : {
                mac: device.mac < 0 ? null : describeDevice(table, device).mac,
                addresses: describeDevice(table, device).addresses.toSorted(),
                rival: device.rival,
              };
        expect(found, `seed ${seed}`).toEqual(twin);
        if (twin?.rival !== undefined) rivals++;
      }
      expect(rivals).toBeGreaterThan(20);
    });
  }
});

describe('the device found from the traffic', () => {
  it('takes part in the most sessions, not in the most packets', async () => {
    const packets = [
      ...session(host(2), host(3), { there: 50, back: 50 }),
      ...times(3, (i) => session(host(10 + i), host(1))),
    ];
    expect(await choose(packets)).toEqual({
      mac: '02:00:00:00:00:01',
      addresses: ['10.0.0.1'],
      chosenBy: 'traffic',
      rival: undefined,
    });
  });

  it('is no gateway: a MAC in front of many addresses loses to one that owns few', async () => {
    const behindGateway = (i: number): TestEnd => ({ ...host(99, `8.8.4.${i + 1}`), kind: 'external' });
    const oneFar = behindGateway(0);
    const packets = [
      ...times(12, (i) => session(host(1), behindGateway(i))),
      // The far address is in more sessions than the device.
      ...times(20, (i) => session(host(20 + i), oneFar)),
    ];
    expect(await choose(packets)).toMatchObject({ mac: '02:00:00:00:00:01', addresses: ['10.0.0.1'] });
    // With few addresses behind it the same MAC is a host like others.
    const few = [...session(host(1), behindGateway(1)), ...times(20, (i) => session(host(20 + i), oneFar))];
    expect((await choose(few))?.addresses).toContain('8.8.4.1');
  });

  it('is never a broadcast, multicast or zero address, nor header garbage', async () => {
    const group = (address: string, mac: string): TestEnd => ({ address, mac, kind: 'multicast' });
    const groups = [
      group('255.255.255.255', BROADCAST),
      group('239.255.255.250', '01:00:5e:7f:ff:fa'),
      { ...group('10.0.0.255', BROADCAST), kind: 'private' as const },
      { ...host(9, '0.0.0.0'), kind: 'unspecified' as const },
    ];
    for (const to of groups) {
      const packets = [
        ...times(4, (i) => session(host(20 + i), to, { back: to.address === '0.0.0.0' ? 2 : 0 })),
        ...session(host(1), host(2)),
        ...session(host(1), host(3)),
      ];
      expect((await choose(packets))?.addresses, to.address).toEqual(['10.0.0.1']);
    }
    const nobody = session({ ...host(9, '0.0.0.0'), kind: 'unspecified' }, groups[0]!, { back: 0 });
    expect(await choose(nobody)).toBeUndefined();
    expect(await choose([])).toBeUndefined();
  });

  it('sends: a scanned address that never answers is not it', async () => {
    const packets = [
      ...times(5, (i) => session(host(20 + i), host(1), { back: 0 })),
      ...session(host(2), host(3)),
    ];
    expect((await choose(packets))?.mac).not.toBe('02:00:00:00:00:01');
  });

  it('owns all addresses that its MAC sends from', async () => {
    const v6 = (suffix: string): TestEnd => host(1, suffix);
    const packets = [
      ...times(4, (i) => session(host(1), host(20 + i))),
      ...session(v6('fe80::1'), host(5, 'fe80::5')),
      ...session(host(6, 'fd00::6'), v6('fd00::1'), { back: 0 }),
      ...session(v6('2a02::1'), host(7, '2a02::7')),
    ];
    expect(await choose(packets)).toEqual({
      mac: '02:00:00:00:00:01',
      // fd00::1 never answered: only others name it.
      addresses: ['10.0.0.1', 'fe80::1', '2a02::1'],
      chosenBy: 'traffic',
      rival: undefined,
    });
  });

  it('is known by its address alone where one MAC lies at both ends of a session', async () => {
    const tap = (number: number): TestEnd => ({ ...host(number), mac: '02:aa:aa:aa:aa:aa' });
    const packets = times(3, (i) => session(tap(1), tap(20 + i)));
    expect(await choose(packets)).toEqual({
      mac: null,
      addresses: ['10.0.0.1'],
      chosenBy: 'traffic',
      rival: undefined,
    });
  });

  it('is found without MAC addresses', async () => {
    const packets = times(3, (i) => session(host(1), host(20 + i)));
    expect(await choose(packets, { linkType: LINK_RAW })).toEqual({
      mac: null,
      addresses: ['10.0.0.1'],
      chosenBy: 'traffic',
      rival: undefined,
    });
  });
});

describe('ties', () => {
  const far: TestEnd = { ...host(99, '8.8.8.8'), kind: 'external' };

  it('go to the private address, without a warning', async () => {
    for (const packets of [session(host(1), far), session(far, host(1))]) {
      expect(await choose(packets)).toMatchObject({ addresses: ['10.0.0.1'], rival: undefined });
    }
  });

  it('go to the side that answers, with a warning that names the other', async () => {
    expect(await choose(session(host(1), host(2)))).toMatchObject({
      addresses: ['10.0.0.2'],
      rival: '10.0.0.1',
    });
    const v6 = session(host(1, 'fd00::1'), host(2, 'fd00::2'));
    expect(await choose(v6)).toMatchObject({ addresses: ['fd00::2'], rival: 'fd00::1' });
  });

  it('of sessions whose start was not seen go to the side with the lower port', async () => {
    expect(await choose(session(host(1), host(2), { ownPort: 80, port: 40000, protocol: 6 }))).toMatchObject({
      addresses: ['10.0.0.1'],
    });
    expect(await choose(session(host(1), host(2), { ownPort: 40000, port: 80, protocol: 6 }))).toMatchObject({
      addresses: ['10.0.0.2'],
    });
    // A SYN is better evidence than a port.
    expect(
      await choose(session(host(1), host(2), { ownPort: 80, port: 40000, protocol: 6, flags: 2, back: 0 })),
    ).toMatchObject({
      rival: undefined,
      addresses: ['10.0.0.1'],
    });
    const handshake = [
      ...session(host(1), host(2), { ownPort: 80, port: 40000, protocol: 6, flags: 2, back: 0 }),
      ...session(host(2), host(1), { ownPort: 40000, port: 80, protocol: 6, flags: 0x12, back: 0 }),
    ];
    expect(await choose(handshake)).toMatchObject({ addresses: ['10.0.0.2'], rival: '10.0.0.1' });
  });

  it('that nothing decides go to the host seen first', async () => {
    const pair = (a: TestEnd, b: TestEnd): TestPacket[] => [...session(a, b), ...session(b, a)];
    expect(await choose(pair(host(1), host(2)))).toMatchObject({
      addresses: ['10.0.0.1'],
      rival: '10.0.0.2',
    });
    expect(await choose(pair(host(2), host(1)))).toMatchObject({
      addresses: ['10.0.0.2'],
      rival: '10.0.0.1',
    });
  });

  it('between addresses of one device are none', async () => {
    const packets = [
      ...session(host(1), far),
      ...session(host(1, '10.0.7.7'), far),
      ...session(host(1), { ...host(98, '9.9.9.9'), kind: 'external' }),
      ...session(host(1, '10.0.7.7'), { ...host(97, '9.9.9.8'), kind: 'external' }),
    ];
    expect(await choose(packets)).toMatchObject({ addresses: ['10.0.0.1', '10.0.7.7'], rival: undefined });
  });
});

describe('a session counts once', () => {
  it('however many quarters of an hour it lasts', async () => {
    const long = Array.from({ length: 5 }, (_, i) =>
      session(host(2), host(3), { ownPort: 7777 }).map((packet) => ({ ...packet, seconds: 1000 + i * 1000 })),
    ).flat();
    const short = times(2, (i) => session(host(1), host(20 + i))).map((packet) => ({
      ...packet,
      seconds: 5500,
    }));
    expect((await choose([...long, ...short]))?.addresses).toEqual(['10.0.0.1']);
  });
});

describe('the device named beforehand', () => {
  const packets = [
    ...times(5, (i) => session(host(1), host(20 + i))),
    ...session(host(2), host(3)),
    ...session(host(2, 'fd00::2'), host(3, 'fd00::3')),
  ];

  it('by an option is taken, by address or MAC', async () => {
    const second = {
      mac: '02:00:00:00:00:02',
      addresses: ['10.0.0.2', 'fd00::2'],
      chosenBy: 'option',
      rival: undefined,
    };
    for (const text of ['10.0.0.2', 'fd00::2', 'FD00:0:0::0002', '02:00:00:00:00:02', '02-00-00-00-00-02']) {
      expect(await choose(packets, { hint: deviceHint(text) }), text).toEqual(second);
    }
  });

  it('by an option must be there', async () => {
    for (const text of ['10.0.0.77', 'fd00::77', '02:00:00:00:00:77']) {
      expect(await codeOf(() => choose(packets, { hint: deviceHint(text) })), text).toBe('NML_DEVICE_ABSENT');
    }
    expect(await codeOf(() => deviceHint('printer'))).toBe('NML_USAGE');
    expect(await codeOf(() => deviceHint('10.0.0'))).toBe('NML_USAGE');
  });

  it('by the file name is taken, and is looked for in the traffic when it is not there', async () => {
    const name = (address: string): string => `/x/trace_ab12_2026-01-01_00_00_00-client-ip-${address}.pcap`;
    expect(await choose(packets, { name: name('10-0-0-2') })).toMatchObject({
      addresses: ['10.0.0.2', 'fd00::2'],
      chosenBy: 'file-name',
    });
    expect(await choose(packets, { name: name('fd00--3') })).toMatchObject({
      addresses: ['10.0.0.3', 'fd00::3'],
      chosenBy: 'file-name',
    });
    expect(await choose(packets, { name: name('10-0-0-77') })).toMatchObject({
      addresses: ['10.0.0.1'],
      chosenBy: 'traffic',
    });
  });

  it('by an option outweighs the file name', async () => {
    const name = 'trace_ab12_2026-01-01_00_00_00-client-ip-10-0-0-2.pcap';
    expect(await choose(packets, { name, hint: deviceHint('10.0.0.3') })).toMatchObject({
      addresses: ['10.0.0.3', 'fd00::3'],
      chosenBy: 'option',
    });
  });
});
