import { describe, expect, it } from 'vitest';
import { createPacket, openCapture, type Packet } from '../../src/pcap/index.js';
import {
  addressText,
  BIN_SECONDS,
  type Device,
  endpointsOf,
  forEachDeviceSession,
  parseAddress,
  protocolOfRow,
  rowStart,
  SessionTable,
  sessionize,
} from '../../src/sessions/index.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { LINK_RAW, LINK_SLL, LINK_SLL2 } from '../support/frames.js';
import {
  isForEverybody,
  type SlowDeviceSession,
  slowDeviceSessions,
  slowParts,
} from '../support/slow-sessions.js';
import { randomTraffic, type TestTraffic } from '../support/traffic.js';

/** The host with this one address. */
function hostOf(table: SessionTable, address: string): Device {
  const parsed = parseAddress(address)!;
  return {
    mac: -1,
    addresses4: new Set(parsed.version === 4 ? [parsed.words[0]] : []),
    addresses6: new Set(parsed.version === 6 ? [table.addresses6.find(...parsed.words)] : []),
    chosenBy: 'traffic',
  };
}

function viewOf(table: SessionTable, device: Device): SlowDeviceSession[] {
  const parts: SlowDeviceSession[] = [];
  forEachDeviceSession(table, device, ({ peerAddress, deviceIsB: _, ...part }) =>
    parts.push({ ...part, peer: addressText(table, part.ipVersion, peerAddress) }),
  );
  return parts;
}

async function tableOf({ files, linkType }: TestTraffic, binSeconds: number): Promise<SessionTable> {
  const capture = openCapture(fileOf(classicPieces(files, { linkType })));
  return (await sessionize(capture, { binSeconds })).table;
}

function unicastAddresses({ packets, linkType }: TestTraffic): string[] {
  const ends = packets.flatMap(({ source, destination }) => [source, destination]);
  return [...new Set(ends.filter((end) => !isForEverybody(end, linkType)).map(({ address }) => address))];
}

describe('session table against its slow twin', () => {
  for (const [linkName, linkType] of [
    ['Ethernet', 1],
    ['raw IP', LINK_RAW],
    ['cooked', LINK_SLL],
    ['cooked, version 2', LINK_SLL2],
  ] as const) {
    it(`sees the same sessions on ${linkName}, whichever host is the device`, async () => {
      for (let seed = 0; seed < (linkType === 1 ? 120 : 25); seed++) {
        const traffic = randomTraffic(1000 * linkType + seed, { linkType });
        const binSeconds = [BIN_SECONDS, 0, 60][seed % 3]!;
        const table = await tableOf(traffic, binSeconds);
        const parts = slowParts(traffic, binSeconds);
        expect(table.rows).toBe(parts.length);
        expect(table.sessions).toBe(new Set(parts.map(({ session }) => session)).size);
        for (const address of unicastAddresses(traffic)) {
          const device = { mac: null, addresses: [address] };
          const label = `seed ${seed}, ${address}`;
          expect(viewOf(table, hostOf(table, address)), label).toEqual(
            slowDeviceSessions(traffic, device, binSeconds),
          );
        }
      }
    });
  }

  it('names the ends, the protocol and the start of every part', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const traffic = randomTraffic(500 + seed);
      const table = await tableOf(traffic, BIN_SECONDS);
      const first = traffic.packets[0]!;
      expect(table.base).toEqual({ seconds: first.seconds, nanoseconds: first.nanoseconds });
      slowParts(traffic, BIN_SECONDS).forEach(({ session, sides }, row) => {
        const texts = session.ends.map(({ address }, i) => {
          if (session.ports[i] === 0) return address;
          return session.version === 6
            ? `[${address}]:${session.ports[i]}`
            : `${address}:${session.ports[i]}`;
        });
        const opener = session.syn ?? session.synAck ?? 0;
        expect(endpointsOf(table, row)).toEqual({ initiator: texts[opener], responder: texts[1 - opener] });
        expect(protocolOfRow(table, row)).toBe(session.protocol);
        const starts = sides
          .filter(({ packets }) => packets.length > 0)
          .map(
            ({ packets }) =>
              (packets[0]!.seconds - first.seconds) * 1e9 + packets[0]!.nanoseconds - first.nanoseconds,
          );
        expect(rowStart(table, row)).toBe(Math.min(...starts));
      });
    }
  });
});

function packetOf(changes: Partial<Packet>): Packet {
  return {
    ...createPacket(),
    seconds: 1000,
    protocol: 17,
    source0: 0x0a000001,
    destination0: 0x0a000002,
    sourcePort: 4000,
    destinationPort: 53,
    wireBytes: 100,
    ipBytes: 86,
    payloadBytes: 58,
    ...changes,
  };
}

describe('keys of sessions', () => {
  const sessionsOf = (...changes: Partial<Packet>[]): number => {
    const table = new SessionTable();
    for (const one of changes) table.add(packetOf(one));
    return table.sessions;
  };

  it('joins both directions, and keeps apart what differs in one part of the key', () => {
    const back = { source0: 0x0a000002, destination0: 0x0a000001, sourcePort: 53, destinationPort: 4000 };
    expect(sessionsOf({}, {}, back)).toBe(1);
    expect(sessionsOf({}, { protocol: 6 })).toBe(2);
    expect(sessionsOf({}, { vlanId: 7 })).toBe(2);
    expect(sessionsOf({}, { sourcePort: 4001 })).toBe(2);
    expect(sessionsOf({}, { destinationPort: 54 })).toBe(2);
    expect(sessionsOf({}, { source0: 0x0a000003 })).toBe(2);
    expect(sessionsOf({}, { destination0: -1 })).toBe(2);
    expect(sessionsOf({}, { ipVersion: 6 })).toBe(2);
    // The same ports the other way round between the same hosts are another session.
    expect(sessionsOf({}, { sourcePort: 53, destinationPort: 4000 })).toBe(2);
  });

  it('joins both directions of a host that talks to itself', () => {
    const self = { source0: 1, destination0: 1 };
    expect(
      sessionsOf(
        { ...self, sourcePort: 1, destinationPort: 2 },
        { ...self, sourcePort: 2, destinationPort: 1 },
      ),
    ).toBe(1);
    expect(
      sessionsOf(
        { ...self, sourcePort: 9, destinationPort: 9 },
        { ...self, sourcePort: 9, destinationPort: 9 },
      ),
    ).toBe(1);
  });

  it('keeps apart all VLANs and all protocols of the same ends', () => {
    const all = Array.from({ length: 4096 }, (_, vlanId) => [
      { vlanId },
      { vlanId, protocol: vlanId & 0xff },
    ]).flat();
    const distinct = new Set(
      all.map(({ vlanId, protocol = 17 }: { vlanId: number; protocol?: number }) => `${vlanId} ${protocol}`),
    );
    expect(sessionsOf(...all, ...all)).toBe(distinct.size);
  });

  it('tells IPv6 addresses apart by every word', () => {
    const v6: Partial<Packet> = {
      ipVersion: 6,
      source0: 1,
      source1: 2,
      source2: 3,
      source3: 4,
      destination3: 9,
    };
    for (const word of [
      'source0',
      'source1',
      'source2',
      'source3',
      'destination1',
      'destination2',
      'destination3',
    ] as const) {
      expect(sessionsOf(v6, { ...v6, [word]: -5 }), word).toBe(2);
    }
    expect(sessionsOf(v6, { ...v6 })).toBe(1);
  });
});

describe('growth and limits', () => {
  it('keeps every one of 120,000 sessions and its counts', () => {
    const table = new SessionTable();
    const count = 120_000;
    const add = (i: number, back: boolean): void => {
      const near = { source0: 0x0a000000 + (i % 977), sourcePort: 1024 + (i % 60_000) };
      const far = { destination0: 0x08000000 + i, destinationPort: 443 };
      const changes = back
        ? {
            source0: far.destination0,
            sourcePort: 443,
            destination0: near.source0,
            destinationPort: near.sourcePort,
          }
        : { ...near, ...far };
      table.add(packetOf({ ...changes, wireBytes: 60 + (i % 1000), ipBytes: 46, payloadBytes: i % 7 }));
    };
    for (let i = 0; i < count; i++) add(i, false);
    for (let i = count - 1; i >= 0; i--) add(i, true);
    for (let i = 0; i < count; i += 3) add(i, false);
    expect(table.sessions).toBe(count);
    expect(table.rows).toBe(count);
    let seen = 0;
    const all = new Set(Array.from({ length: 977 }, (_, i) => 0x0a000000 + i));
    forEachDeviceSession(
      table,
      { mac: -1, addresses4: all, addresses6: new Set(), chosenBy: 'traffic' },
      (part) => {
        const i = part.row;
        const sent = i % 3 === 0 ? 2 : 1;
        const right =
          part.devicePort === 1024 + (i % 60_000) &&
          part.peerPort === 443 &&
          part.sentPackets === sent &&
          part.receivedPackets === 1 &&
          part.sentBytes === sent * (60 + (i % 1000)) &&
          part.receivedPayloadBytes === i % 7;
        if (right) seen++;
      },
    );
    expect(seen).toBe(count);
  });

  it('refuses sessions and parts beyond the limit, and still counts into those it has', () => {
    const table = new SessionTable({ maxRows: 3, binSeconds: 10 });
    for (let i = 0; i < 5; i++) table.add(packetOf({ sourcePort: 1000 + i }));
    expect([table.rows, table.sessions, table.refused]).toEqual([3, 3, 2]);
    table.add(packetOf({ sourcePort: 1001 }));
    expect(table.refused).toBe(2);
    // A new part of a known session needs a row too.
    table.add(packetOf({ sourcePort: 1001, seconds: 1011 }));
    expect([table.rows, table.sessions, table.refused]).toEqual([3, 3, 3]);
    const device: Device = {
      mac: -1,
      addresses4: new Set([0x0a000001]),
      addresses6: new Set(),
      chosenBy: 'traffic',
    };
    expect(viewOf(table, device).map(({ sentPackets }) => sentPackets)).toEqual([1, 2, 1]);
  });
});

describe('time slices', () => {
  const binsOf = (times: readonly number[], binSeconds?: number): [number, number][] => {
    const table = new SessionTable(binSeconds === undefined ? {} : { binSeconds });
    for (const seconds of times)
      table.add(packetOf({ seconds: Math.floor(seconds), nanoseconds: Math.round((seconds % 1) * 1e9) }));
    const device: Device = {
      mac: -1,
      addresses4: new Set([0x0a000001]),
      addresses6: new Set(),
      chosenBy: 'traffic',
    };
    return viewOf(table, device).map(({ bin, sentPackets }) => [bin, sentPackets]);
  };

  it('cuts at multiples of 15 minutes from the first packet, the border belonging to the later slice', () => {
    expect(binsOf([100, 999.999999, 1000, 1899.5, 2800])).toEqual([
      [0, 2],
      [1, 2],
      [3, 1],
    ]);
  });

  it('leaves late packets in the newest part, and packets before the first one in slice 0', () => {
    expect(binsOf([1000, 2000, 1000, 1500])).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(binsOf([5000, 10, 5001])).toEqual([[0, 3]]);
  });

  it('never cuts with a width of 0', () => {
    expect(binsOf([0, 100_000, 200_000], 0)).toEqual([[0, 3]]);
  });
});
