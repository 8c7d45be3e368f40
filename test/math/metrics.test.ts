import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  balancedShare,
  balancedWeights,
  classScores,
  confusionMatrix,
  createRandom,
  expectedCalibrationError,
  hitsWithin,
  labelRanks,
  macroF1,
  reliabilityBins,
  shareOfHits,
  topClasses,
  weightedAreaUnderRoc,
} from '../../src/math/index.js';

const classCount = 5;

/** Probabilities on a coarse grid, so that ties come often; the last class is no item's label. */
function randomAnswers(seed: number, items = 120) {
  const random = createRandom(seed);
  const probabilities = Float64Array.from({ length: items * classCount }, () => random.below(6) / 10);
  const labels = Uint32Array.from({ length: items }, () => random.below(classCount - 1));
  const groups = Array.from({ length: items }, () => `g${random.below(7)}`);
  const mask = Uint8Array.from({ length: items }, () => random.below(2));
  return { probabilities, labels, groups, mask, items };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const unique = <T>(values: readonly T[]) => [...new Set(values)];

/** Classes from the most to the least probable; a stable sort. */
function ordered(probabilities: Float64Array, item: number): number[] {
  const row = Array.from(probabilities.subarray(item * classCount, (item + 1) * classCount));
  return row.map((_, k) => k).sort((a, b) => (row[b] as number) - (row[a] as number));
}

describe('ranks and shares', () => {
  it('equal a sort of every row', () => {
    const { probabilities, labels, items } = randomAnswers(1);
    const ranks = labelRanks(probabilities, labels, classCount);
    const top = topClasses(probabilities, classCount);
    for (let item = 0; item < items; item++) {
      const order = ordered(probabilities, item);
      expect(ranks[item]).toBe(order.indexOf(labels[item] as number));
      expect(top[item]).toBe(order[0]);
    }
  });

  it('count hits among the items of the mask only', () => {
    const { probabilities, labels, mask, items } = randomAnswers(2);
    const ranks = labelRanks(probabilities, labels, classCount);
    for (const k of [1, 3]) {
      const hits = hitsWithin(ranks, k);
      const slow = Array.from({ length: items }, (_, item) =>
        ordered(probabilities, item)
          .slice(0, k)
          .includes(labels[item] as number)
          ? 1
          : 0,
      );
      expect(Array.from(hits)).toEqual(slow);
      expect(shareOfHits(hits)).toBeCloseTo(mean(slow), 12);
      expect(shareOfHits(hits, mask)).toBeCloseTo(mean(slow.filter((_, i) => mask[i] === 1)), 12);
    }
    expect(shareOfHits([])).toBeNaN();
  });
});

describe('balanced figures', () => {
  it('are means over classes of means over groups of shares', () => {
    for (const masked of [false, true]) {
      const { labels, groups, mask, items } = randomAnswers(3);
      const random = createRandom(4);
      const hits = Array.from({ length: items }, () => random.below(2));
      const counted = hits.map((_, i) => i).filter((i) => !masked || mask[i] === 1);
      const perClass = Array.from({ length: classCount }, (_, label) => {
        const own = counted.filter((i) => labels[i] === label);
        return mean(
          unique(own.map((i) => groups[i])).map((group) =>
            mean(own.filter((i) => groups[i] === group).map((i) => hits[i] as number)),
          ),
        );
      });
      const share = balancedShare(hits, labels, groups, classCount, masked ? mask : undefined);
      for (let label = 0; label < classCount - 1; label++) {
        expect(share.perClass[label]).toBeCloseTo(perClass[label] as number, 12);
      }
      expect(share.perClass[classCount - 1]).toBeNaN();
      expect(share.mean).toBeCloseTo(mean(perClass.slice(0, classCount - 1)), 12);
    }
  });

  it('rest on weights that sum to one in every class, and are zero outside the mask', () => {
    const { labels, groups, mask } = randomAnswers(5);
    const weights = balancedWeights(labels, groups, mask);
    for (let label = 0; label < classCount - 1; label++) {
      const own = Array.from(weights).filter((_, i) => labels[i] === label);
      expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
    expect(Array.from(weights).every((weight, i) => (weight === 0) === (mask[i] === 0))).toBe(true);
    expect(Array.from(balancedWeights([0, 0, 0, 1], ['a', 'a', 'b', 'a']))).toEqual([0.25, 0.25, 0.5, 1]);
  });
});

describe('confusion matrix, precision and F1', () => {
  it('equal sums over the items', () => {
    const { labels, probabilities, items } = randomAnswers(6);
    const answers = topClasses(probabilities, classCount);
    const random = createRandom(7);
    const weights = Array.from({ length: items }, () => random.uniform());
    const sumOf = (test: (i: number) => boolean) => weights.reduce((s, w, i) => s + (test(i) ? w : 0), 0);
    const matrix = confusionMatrix(labels, answers, classCount, weights);
    const scores = classScores(matrix, classCount);
    for (let own = 0; own < classCount; own++) {
      for (let other = 0; other < classCount; other++) {
        const cell = sumOf((i) => labels[i] === own && answers[i] === other);
        expect(matrix[own * classCount + other]).toBeCloseTo(cell, 12);
      }
      const right = sumOf((i) => labels[i] === own && answers[i] === own);
      const labelled = sumOf((i) => labels[i] === own);
      const answered = sumOf((i) => answers[i] === own);
      expect(scores[own]?.weight).toBeCloseTo(labelled, 12);
      expect(scores[own]?.precision).toBeCloseTo(answered === 0 ? 0 : right / answered, 12);
      expect(scores[own]?.f1).toBeCloseTo((2 * right) / (labelled + answered), 12);
      if (labelled > 0) expect(scores[own]?.recall).toBeCloseTo(right / labelled, 12);
    }
    expect(macroF1(scores)).toBeCloseTo(mean(scores.slice(0, classCount - 1).map((score) => score.f1)), 12);
  });

  it('count one an item without weights, and give 0 for a class never met', () => {
    const matrix = confusionMatrix([0, 0, 1], [0, 1, 1], 3);
    expect(Array.from(matrix)).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 0]);
    const scores = classScores(matrix, 3);
    expect(scores[2]).toEqual({ weight: 0, recall: Number.NaN, precision: 0, f1: 0 });
    expect(macroF1(scores)).toBeCloseTo(2 / 3, 12);
  });
});

describe('expectedCalibrationError', () => {
  it('equals the definition, bin by bin', () => {
    const random = createRandom(8);
    const confidences = Array.from({ length: 400 }, (_, i) => (i === 0 ? 1 : random.uniform()));
    const hits = confidences.map((c) => (random.uniform() < c * c ? 1 : 0));
    const weights = confidences.map(() => random.uniform());
    const slow = (w: readonly number[]) => {
      let error = 0;
      for (let bin = 0; bin < 15; bin++) {
        const own = confidences
          .map((_, i) => i)
          .filter((i) => Math.min(14, Math.floor((confidences[i] as number) * 15)) === bin);
        const inBin = own.reduce((s, i) => s + (w[i] as number), 0);
        if (inBin === 0) continue;
        const right = own.reduce((s, i) => s + (w[i] as number) * (hits[i] as number), 0) / inBin;
        const sure = own.reduce((s, i) => s + (w[i] as number) * (confidences[i] as number), 0) / inBin;
        error += inBin * Math.abs(right - sure);
      }
      return error / w.reduce((a, b) => a + b, 0);
    };
    const ones = confidences.map(() => 1);
    expect(expectedCalibrationError(confidences, hits)).toBeCloseTo(slow(ones), 12);
    expect(expectedCalibrationError(confidences, hits, weights)).toBeCloseTo(slow(weights), 12);
    expect(expectedCalibrationError([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0])).toBe(0);
    expect(expectedCalibrationError([1, 1], [0, 0])).toBe(1);
  });

  it('refuses what is no confidence', () => {
    for (const bad of [1.01, -0.01, Number.NaN]) {
      expect(() => expectedCalibrationError([bad], [1])).toThrowError(
        expect.objectContaining({ code: 'NML_INTERNAL' }),
      );
    }
  });
});

describe('rankings', () => {
  const ranking = (seed: number) => {
    const random = createRandom(seed);
    const positives = Array.from({ length: 80 }, () => random.below(2));
    const scores = positives.map((p) => p * 2 + random.below(6));
    const weights = positives.map(() => random.uniform());
    return { positives, scores, weights };
  };

  it('area under the curve equals the count over all pairs', () => {
    const { positives, scores, weights } = ranking(9);
    const slow = (w: readonly number[]) => {
      let won = 0;
      let pairs = 0;
      scores.forEach((a, i) => {
        scores.forEach((b, j) => {
          if (positives[i] !== 1 || positives[j] !== 0) return;
          const weight = (w[i] as number) * (w[j] as number);
          won += weight * (a > b ? 1 : a === b ? 0.5 : 0);
          pairs += weight;
        });
      });
      return won / pairs;
    };
    expect(weightedAreaUnderRoc(scores, positives)).toBeCloseTo(slow(scores.map(() => 1)), 12);
    expect(weightedAreaUnderRoc(scores, positives, weights)).toBeCloseTo(slow(weights), 12);
    expect(weightedAreaUnderRoc([1, 2], [1, 1])).toBeNaN();
    expect(weightedAreaUnderRoc([3, 1], [1, 0])).toBe(1);
  });

  it('average precision equals precision at each threshold times the recall gained', () => {
    const { positives, scores } = ranking(10);
    const all = positives.reduce((a, b) => a + b, 0);
    let slow = 0;
    let before = 0;
    for (const threshold of unique(scores).sort((a, b) => b - a)) {
      const above = positives.filter((_, i) => (scores[i] as number) >= threshold);
      const found = above.reduce((a, b) => a + b, 0);
      slow += ((found - before) / all) * (found / above.length);
      before = found;
    }
    expect(averagePrecision(scores, positives)).toBeCloseTo(slow, 12);
    expect(averagePrecision([3, 2, 1], [1, 0, 1])).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(averagePrecision([1], [0])).toBeNaN();
  });
});

describe('reliability', () => {
  it('equals counting in every stretch', () => {
    const random = createRandom(31);
    // Borders of stretches among them.
    const confidences = Array.from({ length: 200 }, () =>
      random.below(2) === 0 ? random.below(11) / 10 : random.uniform(),
    );
    const hits = confidences.map(() => random.below(2));
    const slow = Array.from({ length: 10 }, (_, bin) => {
      const own = confidences
        .map((confidence, i) => ({ confidence, hit: hits[i] as number }))
        .filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === bin);
      return {
        items: own.length,
        confidence: mean(own.map(({ confidence }) => confidence)),
        accuracy: mean(own.map(({ hit }) => hit)),
      };
    });
    const bins = reliabilityBins(confidences, hits, 10);
    expect(bins).toHaveLength(10);
    bins.forEach(({ from, to, items, confidence, accuracy }, bin) => {
      expect([from, to]).toEqual([bin / 10, (bin + 1) / 10]);
      expect(items).toBe(slow[bin]?.items);
      expect(confidence).toBeCloseTo(slow[bin]?.confidence as number, 12);
      expect(accuracy).toBeCloseTo(slow[bin]?.accuracy as number, 12);
    });
    expect(reliabilityBins([0.05, 0.95], [0, 1], 10).map(({ from }) => from)).toEqual([0, 0.9]);
  });
});
