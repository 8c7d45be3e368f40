/** Detectors against what netml 0.7.1 (scikit-learn, pyod, torch) computed on its own example capture. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type DenseTable,
  type DetectorName,
  type DetectorSettings,
  fitDetector,
  pickRows,
  scoreTable,
} from '../../src/anomaly/index.js';
import { weightedAreaUnderRoc } from '../../src/math/index.js';
import {
  fitUnits,
  learnDetector,
  modelText,
  parseDetector,
  readFlowLabelFile,
  readUncut,
  scoreCapture,
} from '../../src/pipeline/index.js';
import { hasShared, shared } from '../support/shared.js';

interface OracleModel {
  readonly auc: number;
  readonly decision_function: readonly number[];
  readonly auc_20_seeds?: { readonly min: number; readonly mean: number; readonly max: number };
}

interface OracleRepresentation {
  readonly train_idx: readonly number[];
  readonly test_idx: readonly number[];
  readonly y_test: readonly number[];
  readonly models: Readonly<Record<string, OracleModel>>;
  readonly ae_5_torch_seeds?: { readonly auc: readonly number[] };
}

function readOracle(name: string): unknown {
  const bytes = readFileSync(join(shared, 'oracle', 'netml', name));
  return JSON.parse(gunzipSync(bytes).toString('utf8'));
}

const models = (hasShared ? readOracle('demo_models.json.gz') : {}) as Record<string, OracleRepresentation>;
const { features } = (hasShared ? readOracle('demo_labelled.json.gz') : { features: {} }) as {
  features: Record<string, { x: number[][] }>;
};

function tableOf(name: string): DenseTable {
  const x = features[name]!.x;
  return { values: Float64Array.from(x.flat()), rowCount: x.length, columnCount: x[0]!.length };
}

function scores(
  name: string,
  algorithm: DetectorName,
  settings: DetectorSettings = {},
  seed = 1,
): Float64Array {
  const { train_idx, test_idx } = models[name]!;
  const table = tableOf(name);
  const fitted = fitDetector({ algorithm, settings, standardise: false }, pickRows(table, train_idx), seed);
  return scoreTable(fitted, pickRows(table, test_idx));
}

/** Mean, least and most area under the ROC curve over seeds. */
function areas(name: string, algorithm: DetectorName, settings: DetectorSettings, seeds: number): number[] {
  return Array.from({ length: seeds }, (_, seed) =>
    weightedAreaUnderRoc(scores(name, algorithm, settings, seed + 1), models[name]!.y_test),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largestDifference(ours: ArrayLike<number>, theirs: readonly number[]): number {
  return Math.max(...theirs.map((value, at) => Math.abs((ours[at] as number) - value)));
}

function expectBetween(value: number, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least - 1e-9);
  expect(value).toBeLessThanOrEqual(most + 1e-9);
}

describe.runIf(hasShared)('detectors of netml', () => {
  for (const name of Object.keys(models)) {
    it(`one-class SVM on ${name}: within a thousandth of the range of the scores`, () => {
      const { train_idx, models: theirs } = models[name]!;
      // Ours is the weighted mean kernel, LIBSVM's the sum.
      const ours = scores(name, 'ocsvm').map((score) => score * 0.5 * train_idx.length);
      const { decision_function } = theirs.ocsvm!;
      const range = Math.max(...decision_function) - Math.min(...decision_function);
      const off = largestDifference(ours, decision_function) / range;
      expect(off).toBeLessThan(1e-3);
    });

    it(`kernel density and one Gaussian on ${name}: to 1e-6`, () => {
      for (const algorithm of ['kde', 'gmm'] as const) {
        const { decision_function } = models[name]!.models[algorithm]!;
        const ours = scores(name, algorithm);
        for (const [at, value] of decision_function.entries()) {
          expect(Math.abs((ours[at] as number) - value)).toBeLessThan(1e-6 * Math.abs(value));
        }
      }
    });

    it(`detectors that draw, on ${name}: the area over seeds within what netml reached`, () => {
      const { models: theirs, ae_5_torch_seeds: torch } = models[name]!;
      // pyod's forest is upside down in netml.
      const forest = theirs.if!.auc_20_seeds!;
      expectBetween(mean(areas(name, 'if', {}, 10)), 1 - forest.max, 1 - forest.min);
      const mixture = theirs.gmm2!.auc_20_seeds!;
      expectBetween(mean(areas(name, 'gmm', { components: 2 }, 10)), mixture.min, mixture.max);
      if (torch === undefined) return;
      // Five seeds beside five seeds: half of a hundredth is one pair of flows.
      const ours = mean(areas(name, 'ae', { slope: 1, decay: 0.1 }, 5));
      expectBetween(ours, Math.min(...torch.auc) - 0.01, Math.max(...torch.auc) + 0.01);
    });
  }

  it('principal components on STATS: to 1e-9', () => {
    const { decision_function } = models.STATS!.models.pca!;
    const off = largestDifference(scores('STATS', 'pca'), decision_function) / Math.max(...decision_function);
    expect(off).toBeLessThan(1e-9);
  });

  it('learns from the very vectors of netml, and scores a capture of another lab by the stored model', async () => {
    const folder = join(shared, 'oracle', 'netml');
    const directory = mkdtempSync(join(tmpdir(), 'networkml-detect-'));
    const csv = join(directory, 'demo.csv');
    writeFileSync(csv, gunzipSync(readFileSync(join(folder, 'demo.csv.gz'))));
    try {
      const capture = await readUncut(join(folder, 'demo.pcap'), { of: 'flows', compat: 'netml' }, {});
      const wish = {
        of: 'flows',
        wish: { kind: 'iat', fft: false, header: false },
        cutting: { compat: 'netml' },
      } as const;
      const { features: shape, rows } = fitUnits([capture], wish, readFlowLabelFile(csv));
      const theirs = features.IAT!.x.flat();
      expect(rows[0]!.values).toHaveLength(theirs.length);
      expect(largestDifference(rows[0]!.values, theirs)).toBeLessThan(1e-9);
      const { model, scores: tested } = learnDetector(rows, shape, {
        detector: { algorithm: 'ocsvm', standardise: false },
        threshold: { rule: 'auto', share: null },
        testSize: 0.33,
        seed: 42,
        compat: 'netml',
      });
      // 88 flows: as many to learn from and to test on as in netml.
      expect([model.training.units, tested.length]).toEqual([58, 30]);
      const stored = parseDetector(JSON.parse(modelText(model).text));
      const records = await scoreCapture(join(folder, 'nintendo.pcap'), stored);
      expect(records.length).toBeGreaterThan(10);
      for (const { score } of records) expect(score >= -1 && score <= 0).toBe(true);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
