import { describe, expect, it } from 'vitest';
import {
  dynamicService,
  isServicePort,
  noService,
  registeredService,
  serviceCode,
  serviceName,
} from '../../src/features/services.js';
import {
  openedByDevice,
  protocolOfKind,
  sessNumberCount,
  sessNumberNames,
} from '../../src/features/sess-view.js';
import { behaviourIn, hostOf, type TablePacket } from './table-packets.js';

const syn = 0x02;
const rst = 0x04;
const ack = 0x10;
const group = 0xe00000fb | 0;
const outside = 0x5db8d822;

/** The unit of one session. */
function unitOf(packets: readonly TablePacket[]) {
  const { sess } = behaviourIn(packets).units;
  const value = (name: (typeof sessNumberNames)[number]) => sess.numbers[sessNumberNames.indexOf(name)];
  return { sess, kind: sess.kind[0] as number, service: sess.service[0], value };
}

describe('services', () => {
  it('keeps ports that name a service and gives the others their range', () => {
    expect([1, 443, 1023, 44818, 6667, 49154].map(serviceCode)).toEqual([1, 443, 1023, 44818, 6667, 49154]);
    expect([1024, 30_000, 49_151].map(serviceCode)).toEqual(new Array(3).fill(registeredService));
    expect([49_152, 65_535].map(serviceCode)).toEqual([dynamicService, dynamicService]);
    expect([isServicePort(8080), isServicePort(8081)]).toEqual([true, false]);
    expect([noService, 22, dynamicService, registeredService].map(serviceName)).toEqual([
      '',
      '22',
      'dynamic port',
      'registered port',
    ]);
  });
});

describe('who opened a session', () => {
  const opened = (...packets: TablePacket[]) => openedByDevice(unitOf(packets).kind);
  it('is told by a handshake whatever the ports are', () => {
    expect(opened({ out: true, ownPort: 80, port: 50_000, flags: syn })).toBe(true);
    expect(opened({ out: true, flags: syn | ack })).toBe(false);
    expect(opened({ out: true, flags: ack }, { out: false, flags: syn })).toBe(false);
  });
  it('is told by the only service port where no handshake was captured', () => {
    expect(opened({ out: false })).toBe(true);
    expect(opened({ out: true, ownPort: 502, port: 40_000 })).toBe(false);
  });
  it('is the first packet otherwise', () => {
    expect(opened({ out: false, ownPort: 139, port: 445 })).toBe(false);
    expect(opened({ out: true, ownPort: 50_000, port: 40_000 })).toBe(true);
    expect(opened({ out: false, protocol: 17 })).toBe(false);
  });
});

describe('a failed attempt', () => {
  const data = { out: true, payload: 9 };
  const answer = { out: false, payload: 9 };
  const nothing = { out: true };
  const cases: [string, TablePacket[], boolean][] = [
    ['a full exchange', [{ ...nothing, flags: syn }, { out: false, flags: syn | ack }, data, answer], false],
    ['nothing came back', [nothing, nothing], true],
    ['payload went out, nothing came back', [data], false],
    ['reset before any payload', [nothing, { out: false, flags: rst | ack }], true],
    ['reset after payload', [data, { out: false, flags: rst | ack }], false],
    ['reset after payload that came', [nothing, answer, { out: false, flags: rst | ack }], false],
    ['no SYN-ACK to a SYN', [{ ...nothing, flags: syn }, data, { out: false, flags: ack }], true],
    ['multicast', [{ out: true, peer: group, protocol: 17, port: 5353 }], false],
    ['UDP without reply', [{ ...data, protocol: 17 }], true],
    [
      'UDP with reply',
      [
        { ...data, protocol: 17 },
        { ...answer, protocol: 17 },
      ],
      false,
    ],
    ['ICMP without reply', [{ ...data, protocol: 1, ownPort: 0, port: 0 }], false],
  ];
  it.each(cases)('%s', (_, packets, failed) => {
    expect(unitOf(packets).value('failed')).toBe(Number(failed));
    // The same from the other side.
    const peer = packets[0]?.peer ?? 0x0a000002;
    if (peer === group) return;
    const { sess } = behaviourIn(packets, hostOf(peer)).units;
    expect(sess.numbers[sessNumberNames.indexOf('failed')]).toBe(Number(failed));
  });
});

describe('units of sessions', () => {
  it('say opener, protocol, service and slice', () => {
    const early = { out: true, seconds: 0, port: 53, protocol: 17 };
    const { sess } = unitOf([early, { out: true, seconds: 1900, flags: syn }]);
    expect([[...sess.sessionRow], [...sess.bin], [...sess.kind], [...sess.service]]).toEqual([
      [0, 1],
      [0, 2],
      [1, 0],
      [53, 443],
    ]);
    const served = unitOf([{ out: false, protocol: 17, ownPort: 60_000 }]);
    expect([served.kind, served.service]).toEqual([5, dynamicService]);
    const plain = { out: true, ownPort: 0, port: 0 };
    expect([unitOf([{ ...plain, protocol: 1 }]).kind, unitOf([{ ...plain, protocol: 47 }]).kind]).toEqual([
      2, 3,
    ]);
    expect(unitOf([{ ...plain, protocol: 1 }]).service).toBe(noService);
    expect([openedByDevice(3), openedByDevice(4), protocolOfKind(5), protocolOfKind(3)]).toEqual([
      true,
      false,
      'udp',
      'other',
    ]);
  });

  it('have sixteen numbers', () => {
    expect([sessNumberCount, sessNumberNames.length]).toEqual([16, 16]);
    const { sess } = unitOf([
      { out: true, seconds: 0, flags: syn },
      { out: false, seconds: 0.5, flags: syn | ack },
      { out: true, seconds: 1, payload: 700 },
      { out: false, seconds: 2.5, payload: 600 },
      { out: true, seconds: 2 },
    ]);
    const [sent, received] = [820, 680];
    const expected = [
      0,
      0,
      Math.log(4),
      Math.log(3),
      Math.log(1 + sent),
      Math.log(1 + received),
      Math.log(26),
      sent / 3 / 300,
      received / 2 / 300,
      0,
      0,
      0,
      0,
      Math.log(701),
      Math.log(601),
      Math.log((1 + sent) / (1 + received)),
    ];
    expect(sess.numbers).toHaveLength(16);
    expected.forEach((value, k) => {
      expect(sess.numbers[k]).toBeCloseTo(value, 5);
    });
  });

  it('have flags', () => {
    const both = [{ out: true }, { out: false }];
    expect(unitOf([{ out: true, peer: outside }]).value('external')).toBe(1);
    expect(unitOf([{ out: true, peer: group, protocol: 17 }]).value('multicast')).toBe(1);
    expect([unitOf([{ out: true }]).value('one-sided'), unitOf([{ out: false }]).value('one-sided')]).toEqual(
      [1, 1],
    );
    expect(unitOf(both).value('one-sided')).toBe(0);
    expect(unitOf([...both, { out: true, flags: rst }]).value('reset')).toBe(1);
    expect(unitOf([...both, { out: false, flags: rst }]).value('reset')).toBe(1);
    expect(unitOf(both).value('reset')).toBe(0);
    expect(unitOf([{ out: true, flags: 0 }]).value('odd flags')).toBe(1);
    expect(unitOf(both).value('odd flags')).toBe(0);
    expect(unitOf([{ out: true }, { out: true, seconds: -5 }]).value('ln(1+tenths of a second)')).toBe(0);
  });
});
