import { describe, expect, it } from 'vitest';
import {
  anyToken,
  createSessScorer,
  scaleSessNumbers,
  scoreSession,
  sessDistances,
  sessToken,
  splitSessToken,
} from '../../src/anomaly/sess-scorer.js';
import { slowReferenceScore, testRandom } from './slow-sos.js';

const next = testRandom(41);
const services = [0, 53, 443, 65_536, 65_537];
const randomPoint = () => ({
  kind: Math.floor(next() * 8),
  service: services[Math.floor(next() * services.length)],
  numbers: Array.from({ length: 16 }, () => Math.round((next() * 4 - 2) * 100) / 100),
});
type Point = ReturnType<typeof randomPoint>;

/** The dense vector of the view: three groups of one-hot columns of weight 1, then the numbers. */
function denseVector({ kind, service, numbers }: Point): number[] {
  const oneHot = (length: number, at: number) => Array.from({ length }, (_, i) => (i === at ? 1 : 0));
  const place = services.indexOf(service);
  return [...oneHot(8, kind), ...oneHot(40, kind * 5 + place), ...oneHot(5, place), ...numbers];
}

const slowDistance = (a: Point, b: Point) => {
  const other = denseVector(b);
  return Math.hypot(...denseVector(a).map((value, k) => value - other[k]));
};

describe('session distances and scores', () => {
  const points = Array.from({ length: 70 }, randomPoint);
  const tokens = Uint32Array.from(points, ({ kind, service }) => sessToken(kind, service));
  const reference = {
    tokens,
    numbers: Float32Array.from(points.flatMap(({ numbers }) => numbers)),
    betas: Float32Array.from(points, () => 0.75 + next()),
    logSums: Float32Array.from(points, () => next()),
  };
  const scorer = createSessScorer(reference);

  it('a token holds kind and service', () => {
    for (const { kind, service } of points)
      expect(splitSessToken(sessToken(kind, service))).toEqual({ kind, service });
  });

  it('equals the Euclidean distance of the dense one-hot vectors', () => {
    const out = new Float64Array(70);
    for (let round = 0; round < 30; round++) {
      const query = randomPoint();
      const numbers = Float64Array.from(query.numbers);
      sessDistances(sessToken(query.kind, query.service), numbers, tokens, scorer.points, out);
      points.forEach((point, j) => {
        expect(out[j]).toBeCloseTo(slowDistance(query, point), 5);
      });
      sessDistances(anyToken, numbers, tokens, scorer.points, out);
      points.forEach((point, j) => {
        expect(out[j]).toBeCloseTo(
          slowDistance(query, { ...point, kind: query.kind, service: query.service }),
          5,
        );
      });
    }
  });

  it('scores as the plain sum over dense vectors', () => {
    for (let round = 0; round < 30; round++) {
      const query = randomPoint();
      const slow = slowReferenceScore(
        points.map((point) => slowDistance(query, point)),
        Array.from(reference.betas),
        Array.from(reference.logSums, (value) => Math.exp(value)),
      );
      const fast = scoreSession(
        scorer,
        sessToken(query.kind, query.service),
        Float64Array.from(query.numbers),
      );
      expect(fast).toBeCloseTo(slow, 5);
    }
  });

  it('scales by median and factor', () => {
    const scale = {
      medians: new Float32Array(16).fill(2),
      factors: Float32Array.from({ length: 16 }, (_, k) => k),
    };
    const out = new Float64Array(16);
    scaleSessNumbers(
      scale,
      Float32Array.from({ length: 32 }, (_, i) => i),
      1,
      out,
    );
    expect(Array.from(out)).toEqual(Array.from({ length: 16 }, (_, k) => (16 + k - 2) * k));
  });
});
