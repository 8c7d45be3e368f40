import { describe, expect, it } from 'vitest';
import { collectBehaviour, contactNumberCount } from '../../src/features/index.js';
import { openCapture } from '../../src/pcap/index.js';
import { sessionize } from '../../src/sessions/index.js';
import { testRandom } from '../support/random.js';
import { captureOf, ipFrame, type SlowFrame, type TestHost, testHost } from './behaviour-frames.js';

const device = testHost(1);
const outside = (number: number): TestHost => ({ mac: '02:00:00:00:02:01', address: `93.184.216.${number}` });

interface Talk {
  readonly peer: TestHost;
  readonly external: boolean;
  readonly port: number;
  readonly devicePort: number;
  readonly seconds: number;
  readonly sent: number;
  readonly received: number;
}

async function contactsOf(talks: readonly Talk[]) {
  const frames: SlowFrame[] = talks.flatMap(({ peer, port, devicePort, seconds, sent, received }) => [
    ipFrame({ from: device, to: peer, seconds, protocol: 17, ports: [devicePort, port], payload: sent }),
    ...(received === 0
      ? []
      : [
          ipFrame({
            from: peer,
            to: device,
            seconds,
            protocol: 17,
            ports: [port, devicePort],
            payload: received,
          }),
        ]),
  ]);
  const read = await sessionize(openCapture(captureOf(frames)), { device: { ...device, source: 'option' } });
  if (read.device === undefined) throw new Error('no device');
  return collectBehaviour(read.table, read.arp, read.device).units.contacts;
}

/** Lists and their means. */
function slowContacts(talks: readonly Talk[]): number[] {
  const start = talks[0]?.seconds ?? 0;
  const headers = 28;
  const bins = [...new Set(talks.map(({ seconds }) => Math.floor((seconds - start) / 900)))].sort(
    (a, b) => a - b,
  );
  return bins.flatMap((bin) => {
    const own = talks.filter(({ seconds }) => Math.floor((seconds - start) / 900) === bin);
    const bytes = (list: readonly Talk[]) => {
      const sent = list.reduce((sum, talk) => sum + talk.sent + headers, 0);
      const received = list.reduce((sum, talk) => sum + (talk.received > 0 ? talk.received + headers : 0), 0);
      return { sent, received };
    };
    const whole = bytes(own);
    const peers = [...new Set(own.map(({ peer }) => peer.address))].map((address) =>
      own.filter(({ peer }) => peer.address === address),
    );
    const services = peers.flatMap((list) =>
      [...new Set(list.map(({ port }) => port))].map((port) => list.filter((talk) => talk.port === port)),
    );
    const regular = services
      .filter((list) => list[0]?.external && list.length >= 5)
      .map((list) => {
        const times = list.map(({ seconds }) => seconds);
        const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
        const mean = gaps.reduce((a, b) => a + b) / gaps.length;
        const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
        return Math.log(1 + list.length) * Math.max(0, 1 - Math.sqrt(variance) / mean);
      });
    const upload = peers
      .filter((list) => list[0]?.external)
      .map((list) => Math.log(1 + Math.max(0, bytes(list).sent - bytes(list).received)));
    const share = peers
      .filter((list) => bytes(list).sent > 20_000)
      .map((list) => (bytes(list).sent - bytes(list).received) / (whole.sent + whole.received));
    return [regular, upload, share].map((list) => Math.max(0, ...list));
  });
}

describe('contact units', () => {
  it('are those of the slow twin', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = testRandom(seed);
      let seconds = 0;
      const talks = Array.from({ length: 120 }, (_, i): Talk => {
        seconds += random.below(2) === 0 ? 10 : random.below(30) + 1;
        const number = random.below(4);
        const external = number < 3;
        return {
          peer: external ? outside(number + 1) : testHost(number + 2),
          external,
          port: [443, 53][random.below(2)] ?? 443,
          devicePort: 20_000 + i,
          seconds,
          sent: random.below(1300) + 1,
          received: random.below(3) === 0 ? 0 : random.below(900) + 1,
        };
      });
      const units = await contactsOf(talks);
      const slow = slowContacts(talks);
      expect(units.numbers).toHaveLength(slow.length);
      units.numbers.forEach((number, i) => {
        expect(number).toBeCloseTo(slow[i] ?? Number.NaN, 4);
      });
    }
  });

  it('tell a beacon from contacts at random, and name its host', async () => {
    const beat = (even: boolean) =>
      contactsOf(
        Array.from({ length: 30 }, (_, i) => ({
          peer: outside(7),
          external: true,
          port: 443,
          devicePort: 30_000 + i,
          seconds: even ? i * 20 : (i * i * 20) / 30,
          sent: 60,
          received: 60,
        })),
      );
    const [even, uneven] = [await beat(true), await beat(false)];
    expect(even.numbers[0]).toBeCloseTo(Math.log(31), 3);
    expect(uneven.numbers[0]).toBeLessThan(2);
    expect(even.peers[0]?.[0]).toEqual({ sessionRow: 0, count: 30 });
    expect(even.count * contactNumberCount).toBe(even.numbers.length);
  });
});
