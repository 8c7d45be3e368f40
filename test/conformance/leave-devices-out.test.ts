import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../src/pipeline/corpus.js';
import { evaluate } from '../../src/pipeline/index.js';
import { evaluateRoles, leaveDevicesOut, oneLayerClassifier, trainOneLayer } from '../../src/roles/index.js';
import { devices, hasShared } from '../support/shared.js';

const SEEDS = [0, 1, 2];
const FOLDS = 8;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.runIf(hasShared)('devices never seen', () => {
  it('are told apart as well as the contract asks, the device found from the traffic', async () => {
    const recalls: number[] = [];
    const top3: number[] = [];
    for (const seed of SEEDS) {
      const record = await evaluate([devices], { grouped: FOLDS, seed, deviceFrom: 'traffic' });
      console.log(
        `seed ${seed}: accuracy ${record.accuracy.toFixed(4)}, role-balanced recall ${record.roleBalancedRecall.toFixed(4)}, ` +
          `role-balanced top-3 ${record.roleBalancedTop3.toFixed(4)}, top-3 ${record.top3.toFixed(4)}, ${record.captures} captures`,
      );
      recalls.push(record.roleBalancedRecall);
      top3.push(record.roleBalancedTop3);
    }
    console.log(
      `mean: role-balanced recall ${mean(recalls).toFixed(4)}, role-balanced top-3 ${mean(top3).toFixed(4)}`,
    );
    expect(mean(recalls)).toBeGreaterThanOrEqual(0.48);
    expect(mean(top3)).toBeGreaterThanOrEqual(0.66);
  });

  it('gain from weights that balance devices', async () => {
    const { set } = await readCorpus([devices], { deviceFrom: 'traffic' });
    const recallWith = (balance: 'device' | 'none', seed: number): number => {
      const { probabilities, evaluable, folds } = leaveDevicesOut(set, {
        folds: FOLDS,
        seed,
        train: (whole, chosen, trainSeed) =>
          oneLayerClassifier(trainOneLayer(whole, chosen, { seed: trainSeed, balance })),
      });
      return evaluateRoles({
        roles: set.roles,
        probabilities,
        labels: set.examples.map(({ label }) => label),
        devices: set.examples.map(({ device }) => device),
        evaluable,
        folds,
      }).roleBalancedRecall;
    };
    const balanced = mean(SEEDS.map((seed) => recallWith('device', seed)));
    const unbalanced = mean(SEEDS.map((seed) => recallWith('none', seed)));
    console.log(`role-balanced recall: balanced ${balanced.toFixed(4)}, unbalanced ${unbalanced.toFixed(4)}`);
    expect(balanced).toBeGreaterThan(unbalanced);
  });
});
