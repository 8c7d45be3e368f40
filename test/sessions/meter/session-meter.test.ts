import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/pcap/index.js';
import {
  formatAddress,
  type MeteredSession,
  SessionMeter,
  type SessionMeterOptions,
  type SessionPlugin,
} from '../../../src/sessions/index.js';
import { packetOf, randomWishes, SECOND, START, type Wish } from './packets.js';
import { type Plain, plainOf, slowMeter } from './slow-meter.js';

function plain(record: MeteredSession): Plain {
  const words = [...record.source] as [number, number, number, number];
  return plainOf(record, formatAddress({ version: record.ipVersion, words }));
}

function metered(wishes: readonly Wish[], options: SessionMeterOptions = {}): Plain[] {
  const out: Plain[] = [];
  const meter = new SessionMeter((record) => out.push(plain(record)), options);
  for (const wish of wishes) meter.add(packetOf(wish));
  meter.finish();
  expect(meter.live).toBe(0);
  return out;
}

/** Numbers within 1e-9 of each other count as equal: the twin adds up in another order. */
function rounded(records: readonly Plain[]): unknown {
  return JSON.parse(
    JSON.stringify(records, (_, value) =>
      typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value,
    ),
  );
}

const all = { statistics: true, splt: 4, frames: true };

describe('against the slow twin', () => {
  const cases: [string, SessionMeterOptions][] = [
    ['default time-outs', all],
    ['short time-outs', { ...all, idleTimeout: 5, activeTimeout: 20 }],
    ['payload, no time at all', { ...all, idleTimeout: 0, accounting: 'payload' }],
    ['very short active time-out', { ...all, idleTimeout: 5, activeTimeout: 0.5, accounting: 'ip' }],
    ['long lists', { ...all, splt: 40, idleTimeout: 50, accounting: 'transport' }],
  ];
  it.each(cases)('%s', (_, options) => {
    for (let seed = 1; seed <= 12; seed++) {
      const wishes = randomWishes(600, seed);
      expect(rounded(metered(wishes, options))).toEqual(rounded(slowMeter(wishes, options)));
    }
  });

  it("NFStream's rules", () => {
    for (let seed = 20; seed <= 26; seed++) {
      const wishes = randomWishes(600, seed).map((wish) => ({
        ...wish,
        // Whole milliseconds: what a raised packet keeps below them shows in no column of NFStream's.
        ns: ((wish.ns ?? START) / 1_000_000n) * 1_000_000n,
      }));
      const options = { ...all, compatible: true, idleTimeout: 5, activeTimeout: 20 };
      expect(rounded(metered(wishes, options))).toEqual(rounded(slowMeter(wishes, options)));
    }
  });

  it('forgets nothing and mixes nothing while thousands of sessions come and go', () => {
    const wishes: Wish[] = [];
    for (let i = 0; i < 20_000; i++) {
      const ns = START + BigInt(i) * 1_000_000n;
      wishes.push({
        ns,
        from: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
        bytes: 60 + (i % 100),
        number: i + 1,
      });
      if (i >= 5000) {
        const k = i - 5000;
        wishes.push({
          ns,
          to: `10.${k >> 16}.${(k >> 8) & 255}.${k & 255}`,
          from: '10.0.0.2',
          sourcePort: 443,
          destinationPort: 40_000,
        });
      }
    }
    const out = metered(wishes, { idleTimeout: 6, frames: true, splt: 3 });
    const key = (opener: unknown): number =>
      String(opener)
        .split('|')[0]!
        .split('.')
        .reduce((sum, part) => sum * 256 + Number(part), 0) & 0xffffff;
    expect(out.length).toBe(20_000);
    for (const { opener, packets, frames } of out) {
      const i = key(opener);
      if (i === 2) continue;
      expect(packets).toEqual(i < 15_000 ? [2, 1, 1] : [1, 1, 0]);
      expect((frames as number[])[0]).toBe(i + 1);
    }
  });
});

describe('ends', () => {
  const at = (seconds: number, more: Wish = {}): Wish => ({
    ns: START + BigInt(Math.round(seconds * 1000)) * 1_000_000n,
    ...more,
  });
  const back = { from: '10.0.0.2', to: '10.0.0.1', sourcePort: 443, destinationPort: 40_000 };
  const reasons = (wishes: Wish[], options: SessionMeterOptions): unknown[] =>
    metered(wishes, options).map(({ endReason, packets, part, session }) => [
      endReason,
      (packets as number[])[0],
      session,
      part,
    ]);
  const closing = [
    at(0, { flags: 0x02 }),
    at(0.1, { flags: 0x12, ...back }),
    at(0.2),
    at(1, { flags: 0x11 }),
    at(1.1, { flags: 0x10, ...back }),
    at(1.2, { flags: 0x11, ...back }),
    at(1.3, { flags: 0x10 }),
  ];

  it('at the acknowledgement of the second FIN', () => {
    const next = [...closing, at(1.4, { flags: 0x02 }), at(1.5, { flags: 0x12, ...back })];
    expect(reasons(next, {})).toEqual([['end', 9, 0, 1]]);
    expect(reasons(next, { endOnFin: true })).toEqual([
      ['fin', 7, 0, 1],
      ['end', 2, 1, 1],
    ]);
    // Without the last acknowledgement the next SYN shows that it is over, and so does silence.
    const lost = [...closing.slice(0, 6), at(1.4, { flags: 0x02 })];
    expect(reasons(lost, { endOnFin: true })).toEqual([
      ['fin', 6, 0, 1],
      ['end', 1, 1, 1],
    ]);
    expect(reasons([...closing.slice(0, 6), at(500)], { endOnFin: true })[0]).toEqual(['fin', 6, 0, 1]);
    expect(reasons(closing.slice(0, 5), { endOnFin: true })).toEqual([['end', 5, 0, 1]]);
  });

  it('at an RST', () => {
    const wishes = [at(0, { flags: 2 }), at(1, { flags: 4, ...back }), at(2)];
    expect(reasons(wishes, {})).toEqual([['end', 3, 0, 1]]);
    expect(reasons(wishes, { endOnRst: true })).toEqual([
      ['rst', 2, 0, 1],
      ['end', 1, 1, 1],
    ]);
  });

  it('cut into parts that keep direction and number', () => {
    const wishes = [at(0, back), at(6), at(9, { flags: 2 }), at(13, back), at(20), at(200)];
    const out = metered(wishes, { activeTimeout: 6, idleTimeout: 100 });
    expect(out.map(({ part, session, endReason, opener }) => [part, session, endReason, opener])).toEqual([
      [1, 0, 'active', '10.0.0.2|443'],
      [2, 0, 'active', '10.0.0.1|40000'],
      [3, 0, 'active', '10.0.0.1|40000'],
      [4, 0, 'idle', '10.0.0.1|40000'],
      [1, 1, 'end', '10.0.0.1|40000'],
    ]);
    const compatible = metered(wishes, { activeTimeout: 6, idleTimeout: 100, compatible: true });
    expect(compatible.map(({ part, opener }) => [part, opener])).toEqual([
      [1, '10.0.0.2|443'],
      [1, '10.0.0.1|40000'],
      [1, '10.0.0.2|443'],
      [1, '10.0.0.1|40000'],
      [1, '10.0.0.1|40000'],
    ]);
  });

  it('when there are too many, the one not seen for longest', () => {
    const wishes = [1, 2, 3, 1, 4].map((n, i) => at(i, { from: `10.0.0.${n}0` }));
    const out = metered(wishes, { maxSessions: 3 });
    expect(out.map(({ opener, endReason }) => [opener, endReason])).toEqual([
      ['10.0.0.20|40000', 'limit'],
      ['10.0.0.30|40000', 'end'],
      ['10.0.0.10|40000', 'end'],
      ['10.0.0.40|40000', 'end'],
    ]);
  });

  it('by the wall clock, without another packet', () => {
    const out: unknown[] = [];
    const meter = new SessionMeter((record) => out.push(record.endReason), { idleTimeout: 10 });
    meter.add(packetOf(at(0)));
    meter.advance(Number(START / 1_000_000n) + 9_999);
    expect(out).toEqual([]);
    meter.advance(Number(START / 1_000_000n) + 10_000);
    expect(out).toEqual(['idle']);
    meter.advance(0);
    expect(meter.live).toBe(0);
  });

  it('keeps true order of last use where one session outlives others', () => {
    const wishes = [
      at(0, { from: '10.0.0.9' }),
      at(1, { from: '10.0.0.8' }),
      ...[2, 3, 4, 5, 6].map((s) => at(s, { from: '10.0.0.9' })),
    ];
    const order: unknown[] = [];
    const meter = new SessionMeter((record) => order.push([record.source[0]! & 255, meter.live]), {
      idleTimeout: 4,
    });
    for (const wish of wishes) meter.add(packetOf(wish));
    // The older session is still live, and does not hold the idle one back.
    expect(order).toEqual([[8, 2]]);
  });
});

describe('plugins', () => {
  interface Seen {
    packets: number;
    fromSource: boolean[];
  }
  const watch: SessionPlugin<Seen> = {
    name: 'watch',
    columns: [{ name: 'seen', kind: 'int' }],
    onInit: (_, session) => ({ packets: session.packets, fromSource: [session.fromSource] }),
    onUpdate: (packet: Packet, session, state) => {
      expect(session.durationMs).toBe((packet.seconds - Number(START / SECOND)) * 1000);
      expect(session.bytes).toBe(session.packets * 60);
      state.packets = session.packets;
      state.fromSource.push(session.fromSource);
    },
    onExpire: (session, state) => {
      expect(session.packets[0]).toBe(state.packets);
      return [state.packets, state.fromSource.map(Number)];
    },
  };
  const wishes = [0, 1, 2, 3, 4].map((s) => ({
    ns: START + BigInt(s) * SECOND,
    ...(s % 2 === 1 ? { from: '10.0.0.2', to: '10.0.0.1', sourcePort: 443, destinationPort: 40_000 } : {}),
  }));

  it('have a state for each session, and give columns', () => {
    const values: unknown[] = [];
    const meter = new SessionMeter((record) => values.push(structuredClone(record.pluginValues)), {
      plugins: [watch as SessionPlugin, { name: 'silent' }],
    });
    for (const wish of wishes) meter.add(packetOf(wish));
    meter.finish();
    expect(values).toEqual([[[5, [1, 0, 1, 0, 1]], []]]);
  });

  it('end sessions with the packet at hand', () => {
    const slice = (limit: number): SessionPlugin => ({
      name: 'slice',
      onInit: (_, session) => (limit === 1 ? session.end() : undefined),
      onUpdate: (_, session) => (session.packets >= limit ? session.end() : undefined),
    });
    const counts = (limit: number): unknown =>
      metered(wishes, { plugins: [slice(limit)] }).map(({ packets, endReason }) => [
        (packets as number[])[0],
        endReason,
      ]);
    expect(counts(2)).toEqual([
      [2, 'plugin'],
      [2, 'plugin'],
      [1, 'end'],
    ]);
    expect(counts(1)).toEqual(wishes.map(() => [1, 'plugin']));
  });
});

it('keeps time that runs backwards, where NFStream raises it', () => {
  const wishes = [
    { ns: START + 9n * SECOND },
    { ns: START + 2n * SECOND, from: '10.0.0.7' },
    { ns: START + 3n * SECOND, from: '10.0.0.7' },
  ];
  const firsts = (compatible: boolean): unknown =>
    metered(wishes, { ...all, compatible }).map(({ first, intervals }) => [
      (first as number[][])[0]?.[0],
      (intervals as number[])[0],
    ]);
  expect(firsts(false)).toEqual([
    [9000, 0],
    [2000, 1000],
  ]);
  expect(firsts(true)).toEqual([
    [9000, 0],
    [9000, 0],
  ]);
});

it('numbers frames on where captures are one stream', () => {
  const frames: number[][] = [];
  const meter = new SessionMeter((record) => frames.push([...record.frames]), { frames: true });
  meter.add(packetOf({ number: 3 }));
  meter.framesBefore += 10;
  meter.add(packetOf({ number: 1 }));
  meter.finish();
  expect(frames).toEqual([[3, 11]]);
});
