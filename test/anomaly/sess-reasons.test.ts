import { describe, expect, it } from 'vitest';
import { fitSessRole, sessFactors } from '../../src/anomaly/sess-view.js';
import { createRandom } from '../../src/math/index.js';
import { ordinaryRows, type UnitRow, unitsOf, withSess } from './units.js';

const training = Array.from({ length: 6 }, (_, i) => unitsOf(ordinaryRows(300 + i, 40)));
const view = fitSessRole(training, sessFactors(training), createRandom(1));
const typical = ordinaryRows(300, 9).find(({ service }) => service === 443) ?? {};
const reasonsFor = (changes: UnitRow & { at?: Record<number, number> }) => {
  const numbers = (typical.numbers ?? []).map((value, k) => changes.at?.[k] ?? value);
  const units = unitsOf([{ ...typical, ...changes, numbers }]);
  return view?.explain(withSess(units), 0, 3)[0].why ?? [];
};

describe('reasons', () => {
  it('names a service that the role never had, also when only the other side opened it', () => {
    expect(reasonsFor({ service: 6667 })[0]).toBe(
      'service tcp/6667 opened by the device was never seen in this role',
    );
    expect(reasonsFor({ kind: 4, service: 443 })[0]).toBe(
      'service tcp/443 opened by the peer was never seen in this role, only opened by the other side',
    );
    expect(reasonsFor({ kind: 5, service: 65_536 })[0]).toContain(
      'service udp/dynamic port opened by the peer',
    );
    expect(reasonsFor({ kind: 7, service: 0 })[0]).toContain('service another protocol opened by the peer');
    expect(reasonsFor({ kind: 2, service: 0 })[0]).toContain('service icmp opened by the device');
  });

  it('names the number that deviates with its size against the median', () => {
    const [first] = reasonsFor({ at: { 4: Math.log1p(2_000_000) } });
    expect(first).toMatch(/^bytes sent [\d,]+ times the role's median \(2,000,000 against [\d,.]+\)$/);
    expect(reasonsFor({ at: { 7: 20 } })[0]).toMatch(
      /^bytes per packet sent 67 times .* \(6,000 against 90\)$/,
    );
    expect(reasonsFor({ at: { 8: -4 } }).join()).toContain('bytes per packet received');
    expect(reasonsFor({ at: { 15: Math.log(3000) } })[0]).toMatch(
      /^sent to received bytes are 3,000 to 1, the role's median is 1 to/,
    );
  });

  it('names flags in words', () => {
    expect(reasonsFor({ at: { 12: 1 } })[0]).toBe('it holds packets with impossible TCP flags');
    expect(
      reasonsFor({ at: { 10: 1, 11: 1 } })
        .slice(0, 2)
        .sort(),
    ).toEqual([
      'it was reset, most sessions in this role are not',
      'the attempt failed, most sessions in this role succeed',
    ]);
  });

  it('always says something, and never more than three things', () => {
    const plain = reasonsFor({});
    expect(plain.length).toBeGreaterThan(0);
    expect(reasonsFor({ service: 6667, at: { 2: 9, 3: 9, 4: 20, 5: 1, 6: 9, 12: 1 } })).toHaveLength(3);
  });
});
