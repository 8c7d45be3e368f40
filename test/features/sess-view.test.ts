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
  appendSessUnit,
  createSessUnits,
  isFailed,
  openedByDevice,
  opensSession,
  protocolOfKind,
  sessNumberCount,
  sessNumberNames,
} from '../../src/features/sess-view.js';
import type { DeviceSession } from '../../src/sessions/index.js';

const syn = 0x02;
const rst = 0x04;
const ack = 0x10;

function session(changes: Partial<DeviceSession> = {}): DeviceSession {
  return {
    row: 3,
    firstRow: 3,
    protocol: 6,
    ipVersion: 4,
    devicePort: 50_123,
    peerPort: 443,
    peerAddress: 1,
    deviceIsB: false,
    peerClass: 'private',
    bin: 2,
    initiated: true,
    initiatedBy: 'syn',
    sentPackets: 6,
    receivedPackets: 4,
    sentBytes: 1084,
    receivedBytes: 856,
    sentIpBytes: 1000,
    receivedIpBytes: 800,
    sentPayloadBytes: 700,
    receivedPayloadBytes: 600,
    firstNs: 1_000_000_000,
    lastNs: 3_500_000_000,
    sentTcpFlags: syn | ack,
    receivedTcpFlags: syn | ack,
    sentSyn: 1,
    receivedSyn: 1,
    sentRst: 0,
    receivedRst: 0,
    oddFlagPackets: 0,
    ...changes,
  };
}

const unitOf = (changes: Partial<DeviceSession> = {}) => {
  const units = createSessUnits(1);
  appendSessUnit(units, session(changes));
  const value = (name: (typeof sessNumberNames)[number]) => units.numbers[sessNumberNames.indexOf(name)];
  return { units, kind: units.kind[0], service: units.service[0], value };
};

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

describe('opensSession', () => {
  const seenLate = { initiatedBy: 'first-packet' } as const;
  it('believes a handshake whatever the ports are', () => {
    expect(opensSession(session({ devicePort: 80, peerPort: 50_000, initiatedBy: 'syn' }))).toBe(true);
    expect(opensSession(session({ initiated: false, initiatedBy: 'syn-ack' }))).toBe(false);
  });
  it('takes the only side with a service port as the server where no handshake was captured', () => {
    expect(opensSession(session({ ...seenLate, initiated: false }))).toBe(true);
    expect(opensSession(session({ ...seenLate, devicePort: 502, peerPort: 40_000 }))).toBe(false);
  });
  it('falls back to the first packet', () => {
    expect(opensSession(session({ ...seenLate, devicePort: 139, peerPort: 445, initiated: false }))).toBe(
      false,
    );
    expect(opensSession(session({ ...seenLate, devicePort: 50_000, peerPort: 40_000 }))).toBe(true);
    expect(opensSession(session({ ...seenLate, protocol: 17, initiated: false }))).toBe(false);
  });
});

describe('isFailed', () => {
  const sides: [keyof DeviceSession, keyof DeviceSession][] = [
    ['sentPackets', 'receivedPackets'],
    ['sentPayloadBytes', 'receivedPayloadBytes'],
    ['sentTcpFlags', 'receivedTcpFlags'],
    ['sentSyn', 'receivedSyn'],
  ];
  const mirrored = (original: DeviceSession): DeviceSession => {
    const copy = { ...original, initiated: !original.initiated };
    for (const [a, b] of sides) Object.assign(copy, { [a]: original[b], [b]: original[a] });
    return copy;
  };
  const quiet = { sentPayloadBytes: 0, receivedPayloadBytes: 0 };
  const cases: [string, Partial<DeviceSession>, boolean][] = [
    ['a full exchange', {}, false],
    ['nothing came back', { ...quiet, receivedPackets: 0, sentSyn: 0, receivedTcpFlags: 0 }, true],
    [
      'payload went out, nothing came back',
      { receivedPackets: 0, receivedPayloadBytes: 0, sentSyn: 0, receivedTcpFlags: 0 },
      false,
    ],
    ['reset before any payload', { ...quiet, sentSyn: 0, receivedTcpFlags: rst | ack }, true],
    ['reset after payload', { sentSyn: 0, receivedTcpFlags: rst | ack }, false],
    ['no SYN-ACK to a SYN', { receivedTcpFlags: ack }, true],
    ['multicast', { ...quiet, receivedPackets: 0, peerClass: 'multicast' }, false],
    ['UDP without reply', { protocol: 17, receivedPackets: 0 }, true],
    ['UDP with reply', { protocol: 17 }, false],
    ['ICMP without reply', { protocol: 1, receivedPackets: 0 }, false],
  ];
  it.each(cases)('%s', (_, changes, failed) => {
    expect(isFailed(session(changes), true)).toBe(failed);
    expect(isFailed(mirrored(session(changes)), false)).toBe(failed);
  });
});

describe('appendSessUnit', () => {
  it('writes opener, protocol, service and bin', () => {
    const { units, kind, service } = unitOf();
    expect([units.count, units.sessionRow[0], units.bin[0], kind, service]).toEqual([1, 3, 2, 0, 443]);
    const served = unitOf({ protocol: 17, initiated: false, devicePort: 60_000 });
    expect([served.kind, served.service]).toEqual([5, dynamicService]);
    expect([
      unitOf({ protocol: 58, devicePort: 0, peerPort: 0 }).kind,
      unitOf({ protocol: 47 }).kind,
    ]).toEqual([2, 3]);
    expect(unitOf({ protocol: 1, devicePort: 0, peerPort: 0 }).service).toBe(noService);
    expect([openedByDevice(3), openedByDevice(4), protocolOfKind(5), protocolOfKind(3)]).toEqual([
      true,
      false,
      'udp',
      'other',
    ]);
  });

  it('writes the sixteen numbers', () => {
    expect(sessNumberCount).toBe(16);
    const { units } = unitOf();
    const expected = [
      0,
      0,
      Math.log(7),
      Math.log(5),
      Math.log(1001),
      Math.log(801),
      Math.log(26),
      1000 / 6 / 300,
      800 / 4 / 300,
      0,
      0,
      0,
      0,
      Math.log(701),
      Math.log(601),
      Math.log(1001 / 801),
    ];
    expected.forEach((value, k) => {
      expect(units.numbers[k]).toBeCloseTo(value, 5);
    });
  });

  it('sets the flags', () => {
    expect(unitOf({ peerClass: 'external' }).value('external')).toBe(1);
    expect(unitOf({ peerClass: 'multicast' }).value('multicast')).toBe(1);
    expect(unitOf({ sentPackets: 0 }).value('one-sided')).toBe(1);
    expect(unitOf({ receivedPackets: 0 }).value('one-sided')).toBe(1);
    expect(unitOf({ receivedTcpFlags: ack }).value('failed')).toBe(1);
    expect(unitOf({ sentTcpFlags: syn | rst }).value('reset')).toBe(1);
    expect(unitOf({ receivedTcpFlags: syn | rst }).value('reset')).toBe(1);
    expect(unitOf({ oddFlagPackets: 2 }).value('odd flags')).toBe(1);
    expect(unitOf({ firstNs: 5, lastNs: 4 }).value('ln(1+tenths of a second)')).toBe(0);
  });

  it('appends row after row', () => {
    const units = createSessUnits(2);
    appendSessUnit(units, session());
    appendSessUnit(units, session({ row: 9, bin: 0, peerClass: 'external' }));
    expect([units.count, units.sessionRow[1], units.bin[1], units.numbers[16]]).toEqual([2, 9, 0, 1]);
    expect(() => appendSessUnit(units, session())).toThrow(expect.objectContaining({ code: 'NML_INTERNAL' }));
    expect(units.count).toBe(2);
  });
});
