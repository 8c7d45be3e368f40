import { describe, expect, it } from 'vitest';
import {
  admNumberCount,
  collectBehaviour,
  contactNumberCount,
  netNumberCount,
  netNumberNames,
  sessNumberCount,
} from '../../src/features/index.js';
import { openCapture } from '../../src/pcap/index.js';
import { ArpLog, type Device, SessionTable, sessionize } from '../../src/sessions/index.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { LINK_RAW, LINK_SLL } from '../support/frames.js';
import { testRandom } from '../support/random.js';
import { randomTraffic } from '../support/traffic.js';
import { partsOf, slowAdm, slowChoice, slowContacts, slowSessUnit } from './slow-behaviour.js';
import { MinuteNotes, slowMinute } from './slow-minutes.js';
import { hostOf, ownAddress, type TablePacket, tableOf } from './table-packets.js';

/** A table, and what its packets did by the minute. */
interface Noted {
  readonly table: SessionTable;
  readonly notes: MinuteNotes;
}

function notedTable(packets: readonly TablePacket[]): Noted {
  const notes = new MinuteNotes();
  return { table: tableOf(packets, (packet, table) => notes.add(packet, table)), notes };
}

/** Everything that is collected of a device against its twins. */
function compare({ table, notes }: Noted, device: Device, label: string): void {
  const { units, activity } = collectBehaviour(table, new ArpLog(), device);
  const parts = partsOf(table, device);
  compareSess(units.sess, parts, label);
  const rowOf = (numbers: Float32Array, columns: number, unit: number) => [
    ...numbers.subarray(unit * columns, (unit + 1) * columns),
  ];
  const adm = slowAdm(parts);
  expect([...units.adm.bin], label).toEqual(adm.map(({ bin }) => bin));
  adm.forEach(({ of }, unit) => {
    expect(rowOf(units.adm.numbers, admNumberCount, unit), label).toEqual(of.numbers);
    expect(units.adm.peers[unit], label).toEqual(of.peers);
  });
  const contacts = slowContacts(parts);
  expect([...units.contacts.bin], label).toEqual(contacts.map(({ bin }) => bin));
  contacts.forEach(({ of }, unit) => {
    rowOf(units.contacts.numbers, contactNumberCount, unit).forEach((number, column) => {
      expect(number, `${label}, contacts ${column}`).toBeCloseTo(of.numbers[column] as number, 4);
      const behind = units.contacts.peers[unit]?.[column];
      if (number === 0) expect(behind).toBeNull();
      else expect(of.candidates[column], label).toContainEqual(expect.objectContaining(behind));
    });
  });
  compareNet(notes, { units: units.net, activity }, parts, label);
}

function compareSess(
  sess: ReturnType<typeof collectBehaviour>['units']['sess'],
  parts: ReturnType<typeof partsOf>,
  label: string,
): void {
  const made = Array.from({ length: sess.count }, (_, unit) => ({
    row: sess.sessionRow[unit],
    bin: sess.bin[unit],
    kind: sess.kind[unit],
    service: sess.service[unit],
    numbers: [...sess.numbers.subarray(unit * sessNumberCount, (unit + 1) * sessNumberCount)],
  }));
  expect(made, label).toEqual(slowChoice(parts).map(slowSessUnit));
  expect(sess.met).toBe(parts.length);
}

function compareNet(
  notes: MinuteNotes,
  {
    units,
    activity,
  }: Pick<ReturnType<typeof collectBehaviour>, 'activity'> & {
    units: ReturnType<typeof collectBehaviour>['units']['net'];
  },
  parts: ReturnType<typeof partsOf>,
  label: string,
): void {
  const { entries, facts, starts, ends } = activity;
  const slow = notes.entriesOf(parts);
  expect([...entries.rows], label).toEqual(slow.map(({ part }) => part.row));
  expect([...entries.facts], label).toEqual(slow.map((entry) => entry.facts));
  expect([...(entries.marks ?? slow.map(() => 0))], label).toEqual(slow.map(({ marks }) => marks));
  const minutes = [...new Set(slow.map(({ minute }) => minute))];
  expect([...units.window], label).toEqual(minutes);
  minutes.forEach((minute, unit) => {
    const own = slow.filter((entry) => entry.minute === minute);
    expect([units.bin[unit], (ends[unit] ?? 0) - (starts[unit] ?? 0)]).toEqual([
      Math.floor(minute / 15),
      own.length,
    ]);
    const numbers = slowMinute(own);
    netNumberNames.forEach((name, column) => {
      const number = units.numbers[unit * netNumberCount + column];
      expect(number, `${label}, minute ${minute}, ${name}`).toBe(Math.fround(numbers[name] ?? 0));
    });
  });
  for (const { row, ipVersion, peerAddress, deviceIsB } of parts) {
    const peer = facts.peers[row] as number;
    expect([facts.peerKeys.word(peer, 0), facts.peerKeys.word(peer, 1)]).toEqual([ipVersion, peerAddress]);
    expect(facts.sides[row]).toBe(deviceIsB ? 2 : 1);
  }
  expect(facts.sides.filter((side) => side !== 0)).toHaveLength(parts.length);
}

/** Sessions with inside and outside peers, over several slices, in order or not. */
function randomPackets(seed: number): TablePacket[] {
  const random = testRandom(seed);
  const ports = [22, 23, 135, 445, 3389, 5986, 53, 389, 80, 443, 8081, 49152, 60001, 0];
  let seconds = 0;
  const packets = Array.from({ length: random.between(1, 400) }, (): TablePacket => {
    seconds += random.chance(0.02) ? 900 * random.below(4) : random.pick([10, 10, 1, 30]);
    const peer = random.chance(0.5) ? 0x0a000002 + random.below(5) : 0x5db8d800 + random.below(4);
    const [own, other] = random.chance(0.6)
      ? [30_000 + random.below(60), random.pick(ports)]
      : [random.pick(ports), 40_000 + random.below(60)];
    return {
      seconds,
      out: random.chance(0.6),
      peer: random.chance(0.05) ? 0xe00000fb | 0 : peer,
      ownPort: own,
      port: other,
      protocol: random.pick([6, 6, 6, 17, 17, 1, 47]),
      flags: random.pick([2, 2, 18, 16, 24, 4, 20, 0, 1, 3, 41]),
      payload: random.pick([0, 0, 5, 1400]),
      toGroup: random.chance(0.05),
    };
  });
  return random.chance(0.3) ? random.shuffled(packets) : packets;
}

describe('units of behaviour', () => {
  it('are those of their twins on random sessions', () => {
    for (let seed = 0; seed < 40; seed++) {
      const noted = notedTable(randomPackets(seed));
      compare(noted, hostOf(ownAddress), `seed ${seed}`);
      // A second device of the same table, with several addresses.
      if (seed % 4 === 0) compare(noted, hostOf(0x0a000002, 0x0a000003, 0x5db8d801), `seed ${seed}, peers`);
    }
  });

  for (const [name, linkType] of [
    ['Ethernet', 1],
    ['raw IP', LINK_RAW],
    ['cooked', LINK_SLL],
  ] as const) {
    it(`are those of their twins on random traffic over ${name}, whichever host is the device`, async () => {
      for (let seed = 0; seed < 40; seed++) {
        const traffic = randomTraffic(7000 * linkType + seed, { linkType });
        const bytes = fileOf(classicPieces(traffic.files, { linkType }));
        const binSeconds = [900, 0, 60][seed % 3] as number;
        const { table, device } = await sessionize(openCapture(bytes), { binSeconds });
        if (device === undefined) continue;
        const notes = new MinuteNotes();
        const again = new SessionTable({ binSeconds });
        await openCapture(bytes).read((packet) => {
          again.add(packet);
          notes.add(packet, again);
        });
        compare({ table, notes }, device, `seed ${seed}`);
        if (device.rivalDevice !== undefined)
          compare({ table, notes }, device.rivalDevice, `seed ${seed}, rival`);
      }
    });
  }

  it('know the class of every special address', () => {
    const edges = [
      '0a 64 7f a9 ac c0 c6 cb e0 ef f0 ff 00 01 09 0b 63 65 7e 80 c1 df'
        .split(' ')
        .map((byte) => Number.parseInt(byte, 16) << 24),
      [
        0x64400000, 0xa9fe0000, 0xac100000, 0xc0000000, 0xc0000200, 0xc0a80000, 0xc6120000, 0xc6336400,
        0xcb007100,
      ],
      [
        0x64800000, 0xa9ff0000, 0xac200000, 0xc0000100, 0xc0000300, 0xc0a90000, 0xc6140000, 0xc6336500,
        0xcb007200,
      ],
    ].flat();
    const addresses = [
      ...new Set(edges.flatMap((edge) => [edge - 1, edge, edge + 1, edge + 255].map((word) => word | 0))),
    ];
    const packets = addresses.map((peer, i) => ({
      seconds: i * 3,
      out: true,
      peer,
      protocol: 17,
      port: 1000 + i,
    }));
    compare(notedTable(packets), hostOf(ownAddress), 'addresses');
  });
});

describe('sessions of a full slice', () => {
  const many = (count: number, port: (i: number) => number, first = 0): TablePacket[] =>
    Array.from({ length: count }, (_, i) => ({
      seconds: first + i / 10,
      out: i !== 501,
      peer: 0x0a000100 + i,
      protocol: 17,
      ownPort: 40_000 + (i % 1000),
      port: port(i),
    }));

  it('are chosen in each slice by itself: one of every service and side, then evenly spaced ones', () => {
    const port = (i: number) => (i === 977 ? 6667 : i === 3 ? 22 : 443);
    const packets = [...many(1500, port), ...many(200, port, 1000), ...many(600, port, 2000)];
    const noted = notedTable(packets);
    const { sess } = collectBehaviour(noted.table, new ArpLog(), hostOf(ownAddress)).units;
    expect([sess.met, sess.count]).toEqual([2300, 512 + 200 + 512]);
    expect([...sess.sessionRow]).toEqual(expect.arrayContaining([0, 3, 501, 977, 1500, 1700]));
    const gaps = [...sess.sessionRow.subarray(0, 512)].map((row, i, rows) => row - (rows[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4);
    compare(noted, hostOf(ownAddress), 'full');
  });

  it('are spread over the services where these alone are too many', () => {
    const noted = notedTable(many(900, (i) => 1 + i));
    const { sess } = collectBehaviour(noted.table, new ArpLog(), hostOf(ownAddress)).units;
    expect(sess.count).toBe(512);
    expect(sess.sessionRow.at(-1)).toBeGreaterThan(890);
    compare(noted, hostOf(ownAddress), 'services');
  });
});
