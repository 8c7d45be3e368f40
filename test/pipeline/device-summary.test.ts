import { describe, expect, it } from 'vitest';
import { deviceSummaries } from '../../src/pipeline/index.js';
import type { PredictionRecord, RankedRole } from '../../src/types.js';
import { testRandom } from '../support/random.js';

interface Told {
  readonly mac?: string | null;
  readonly addresses?: readonly string[];
  readonly label?: string;
  readonly top: Readonly<Record<string, number>>;
  readonly verdict?: 'normal' | 'anomalous' | 'not-evaluated';
  readonly file?: string;
  readonly from?: string | null;
  readonly to?: string | null;
}

/** The parts of a record that are looked at. */
function record({ mac = 'aa', addresses = ['10.0.0.1'], top, verdict = 'normal', ...rest }: Told) {
  const ranked: RankedRole[] = Object.entries(top).map(([role, confidence]) => ({ role, confidence }));
  const label = rest.label ?? ranked[0]?.role ?? 'Unknown';
  return {
    capture: { file: rest.file ?? 'a.pcap', firstPacket: rest.from ?? null, lastPacket: rest.to ?? null },
    device: { mac, addresses, vendor: mac === null ? null : 'Maker' },
    role: { label, confidence: ranked[0]?.confidence ?? 0, top: ranked, why: [] },
    anomaly: { verdict },
  } as unknown as PredictionRecord;
}

function summaries(list: readonly Told[]) {
  const devices = deviceSummaries();
  for (const one of list) devices.add(record(one));
  return devices.list();
}

describe('the captures of one device together', () => {
  it('have the mean of their confidences, 0 where a role is not among the first three', () => {
    const [device] = summaries([
      { top: { Plc: 0.6, Hmi: 0.3, Rtu: 0.1 } },
      { top: { Hmi: 0.7, Plc: 0.2, Router: 0.05 } },
    ]);
    expect(device?.role.label).toBe('Hmi');
    expect(device?.role.top.map(({ role }) => role)).toEqual(['Hmi', 'Plc', 'Rtu']);
    for (const [i, p] of [0.5, 0.4, 0.05].entries())
      expect(device?.role.top[i]?.confidence).toBeCloseTo(p, 12);
    expect(device?.role.confidence).toBe(device?.role.top[0]?.confidence);
  });

  it('do not hang on their order but for what is named first', () => {
    const random = testRandom(5);
    for (let run = 0; run < 50; run++) {
      const list = Array.from({ length: random.between(1, 9) }, (_, index): Told => {
        const share = random.below(100) / 128;
        const day = `2026-01-0${random.between(1, 9)}T00:00:00Z`;
        return {
          mac: random.chance(0.5) ? 'aa' : 'bb',
          top: { [`Role${random.below(3)}`]: share, Other: (1 - share) / 4 },
          ...(random.chance(0.4) && { label: 'Unknown' }),
          verdict: random.chance(0.5) ? 'anomalous' : 'normal',
          file: `${index}`,
          from: day,
          to: day,
        };
      });
      const byMac = (all: ReturnType<typeof summaries>) =>
        all
          .map(({ anomalousCaptures, ...rest }) => ({ ...rest, named: [...anomalousCaptures].sort() }))
          .sort((a, b) => ((a.device.mac ?? '') < (b.device.mac ?? '') ? -1 : 1));
      expect(byMac(summaries([...list].reverse()))).toEqual(byMac(summaries(list)));
    }
  });

  it('are of one device by the MAC address, and without one by the first address', () => {
    const devices = summaries([
      { mac: 'aa', addresses: ['10.0.0.1'], top: { Plc: 1 } },
      { mac: 'aa', addresses: ['10.0.0.7', '10.0.0.1'], top: { Plc: 1 } },
      { mac: null, addresses: ['10.0.0.1'], top: { Hmi: 1 } },
      { mac: null, addresses: ['10.0.0.1'], top: { Hmi: 1 } },
      { mac: null, addresses: ['10.0.0.2'], top: { Hmi: 1 } },
    ]);
    expect(devices.map(({ device, captures }) => [device.mac, device.addresses, captures])).toEqual([
      ['aa', ['10.0.0.1', '10.0.0.7'], 2],
      [null, ['10.0.0.1'], 2],
      [null, ['10.0.0.2'], 1],
    ]);
  });

  it('are Unknown when more than half of them are', () => {
    const unknown = { label: 'Unknown', top: { Plc: 0.3, Hmi: 0.2 } };
    const known = { top: { Plc: 0.9, Hmi: 0.1 } };
    expect(summaries([unknown, known])[0]?.role.label).toBe('Plc');
    const [most] = summaries([unknown, known, unknown]);
    expect(most?.role.label).toBe('Unknown');
    expect(most?.role.top[0]).toEqual({ role: 'Plc', confidence: (0.3 + 0.9 + 0.3) / 3 });
  });

  it('tell the verdicts, the first sixteen anomalous files, and the whole time', () => {
    const many = Array.from({ length: 20 }, (_, index): Told => {
      const day = `2026-01-${String(20 - index).padStart(2, '0')}T00:00:00Z`;
      return { top: { Plc: 1 }, verdict: 'anomalous', file: `${index}`, from: day, to: day };
    });
    const [device] = summaries([...many, { top: { Plc: 1 }, verdict: 'not-evaluated' }, { top: { Plc: 1 } }]);
    expect(device?.verdicts).toEqual({ normal: 1, anomalous: 20, notEvaluated: 1 });
    expect(device?.anomalousCaptures).toEqual(Array.from({ length: 16 }, (_, index) => `${index}`));
    expect([device?.firstPacket, device?.lastPacket]).toEqual([
      '2026-01-01T00:00:00Z',
      '2026-01-20T00:00:00Z',
    ]);
  });

  it('keep a bounded number of addresses', () => {
    const list = Array.from(
      { length: 300 },
      (_, i): Told => ({ addresses: [`10.0.${i}.1`], top: { Plc: 1 } }),
    );
    const [device] = summaries(list);
    expect([device?.captures, device?.device.addresses.length]).toEqual([300, 256]);
  });
});
