import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateBehaviourOf } from '../../src/pipeline/index.js';
import { devices, hasShared } from '../support/shared.js';

const SEEDS = [1, 2, 3];

describe.runIf(hasShared)('behaviour of devices never seen', () => {
  for (const seed of SEEDS) {
    it(`finds the attacks that the study found, seed ${seed}`, async () => {
      const { splits, failed } = await evaluateBehaviourOf([devices], {
        attacks: [join(devices, 'anomalies')],
        seed,
      });
      expect(failed).toBe(0);
      const share = ({ count, of }: { count: number; of: number }) => count / of;
      for (const { leftOut, areaUnderRoc, areaUnderRocOwnRoles, averagePrecision, rates } of splits) {
        const [low, high] = rates.map(({ detected, falseAlarms }) => [share(detected), share(falseAlarms)]);
        console.log(seed, leftOut, areaUnderRoc, areaUnderRocOwnRoles, averagePrecision, low, high);
      }
      const [unseen, enrolled] = splits;
      expect(unseen?.areaUnderRoc).toBeGreaterThanOrEqual(0.91);
      expect(unseen?.areaUnderRocOwnRoles).toBeGreaterThanOrEqual(0.89);
      const [atOne, atFive] = unseen?.rates ?? [];
      expect(share(atOne?.detected ?? { count: 0, of: 1 })).toBeGreaterThanOrEqual(0.55);
      expect(share(atFive?.detected ?? { count: 0, of: 1 })).toBeGreaterThanOrEqual(0.75);
      expect(share(atOne?.falseAlarms ?? { count: 1, of: 1 })).toBeLessThanOrEqual(0.02);
      expect(share(atFive?.falseAlarms ?? { count: 1, of: 1 })).toBeLessThanOrEqual(0.06);
      expect(enrolled?.areaUnderRoc).toBeGreaterThanOrEqual(0.95);
    });
  }

  it('finds more of them with names and process codes', async () => {
    const { splits } = await evaluateBehaviourOf([devices], {
      attacks: [join(devices, 'anomalies')],
      seed: 1,
      names: true,
    });
    const [unseen] = splits;
    expect(unseen?.areaUnderRoc).toBeGreaterThanOrEqual(0.94);
    expect(unseen?.areaUnderRocOwnRoles).toBeGreaterThanOrEqual(0.92);
    const [atOne, atFive] = unseen?.rates ?? [];
    expect(atOne?.detected.count).toBeGreaterThanOrEqual(42);
    expect(atFive?.detected.count).toBeGreaterThanOrEqual(50);
    expect(atOne?.falseAlarms.count).toBeLessThanOrEqual(0.02 * 507);
    expect(atFive?.falseAlarms.count).toBeLessThanOrEqual(0.06 * 507);
  });

  it('finds next to nothing by shares of ports', async () => {
    const { splits } = await evaluateBehaviourOf([devices], {
      attacks: [join(devices, 'anomalies')],
      seed: 1,
      view: 'port-protocol',
    });
    expect(splits[0]?.areaUnderRoc).toBeLessThan(0.6);
    expect(splits[0]?.rates[1]?.detected.count).toBeLessThan(6);
  });
});
