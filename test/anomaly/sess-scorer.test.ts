import { describe, expect, it } from 'vitest';
import { distancesToPoints, scaledUnits, scoreScaled } from '../../src/anomaly/reference-scorer.js';
import {
  anyToken,
  createSessScorer,
  rawSessions,
  scoreSessions,
  sessToken,
  splitSessToken,
} from '../../src/anomaly/sess-scorer.js';
import { createSessUnits } from '../../src/features/sess-view.js';
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
  const points = Array.from({ length: 71 }, randomPoint);
  const reference = {
    tokens: Uint32Array.from(points, ({ kind, service }) => sessToken(kind, service)),
    numbers: Float32Array.from(points.flatMap(({ numbers }) => numbers)),
    betas: Float32Array.from(points, () => 0.75 + next()),
    logSums: Float32Array.from(points, () => next()),
  };
  const scorer = createSessScorer(reference);
  const slowScore = (query: Point) =>
    slowReferenceScore(
      points.map((point) => slowDistance(query, point)),
      Array.from(reference.betas),
      Array.from(reference.logSums, (value) => Math.exp(value)),
    );

  it('a token holds kind and service', () => {
    for (const { kind, service } of points)
      expect(splitSessToken(sessToken(kind, service))).toEqual({ kind, service });
  });

  it('equals the Euclidean distance of the dense one-hot vectors, each unit with its own token or any', () => {
    for (const count of [1, 2, 3, 4]) {
      for (let round = 0; round < 10; round++) {
        const queries = Array.from({ length: count }, randomPoint);
        const tokens = Uint32Array.from(queries, ({ kind, service }) => sessToken(kind, service));
        const without = Math.floor(next() * (count + 1));
        if (without < count) tokens[without] = anyToken;
        const rows = Float64Array.from(queries.flatMap(({ numbers }) => numbers));
        const found = distancesToPoints(scorer, rows, tokens);
        expect(found).toHaveLength(count * 71);
        queries.forEach((query, i) => {
          points.forEach((point, j) => {
            const same = { ...point, kind: query.kind, service: query.service };
            expect(found[i * 71 + j]).toBeCloseTo(slowDistance(query, i === without ? same : point), 5);
          });
        });
      }
    }
  });

  it('scores as the plain sum over dense vectors', () => {
    const queries = Array.from({ length: 30 }, randomPoint);
    const rows = Float64Array.from(queries.flatMap(({ numbers }) => numbers));
    const tokens = Uint32Array.from(queries, ({ kind, service }) => sessToken(kind, service));
    const scores = scoreScaled(scorer, rows, tokens);
    queries.forEach((query, i) => {
      expect(scores[i]).toBeCloseTo(slowScore(query), 5);
    });
  });

  it('scales by median and factor', () => {
    const units = createSessUnits(2);
    units.count = 2;
    for (let i = 0; i < 32; i++) units.numbers[i] = i;
    const scale = {
      medians: new Float32Array(16).fill(2),
      factors: Float32Array.from({ length: 16 }, (_, k) => k),
    };
    const expected = Array.from({ length: 32 }, (_, i) => (i - 2) * (i % 16));
    expect(Array.from(scaledUnits(rawSessions(scale, units)))).toEqual(expected);
    expect(Array.from(scaledUnits(rawSessions(scale, units, 1, 2)))).toEqual(expected.slice(16));
  });

  it('scores all units of a capture, more than are copied at a time', () => {
    const count = 2_051;
    const units = createSessUnits(count);
    units.count = count;
    const scale = {
      medians: Float32Array.from({ length: 16 }, () => next()),
      factors: Float32Array.from({ length: 16 }, () => 0.5 + next()),
    };
    const queries = Array.from({ length: count }, randomPoint);
    queries.forEach(({ kind, service, numbers }, row) => {
      units.kind[row] = kind;
      units.service[row] = service;
      units.numbers.set(numbers, row * 16);
    });
    const scores = scoreSessions(scorer, scale, units);
    expect(scores).toHaveLength(count);
    for (const row of [0, 1, 2, 3, 1022, 1023, 1024, 1025, 2047, 2048, 2049, 2050]) {
      const numbers = Array.from(
        units.numbers.subarray(row * 16, row * 16 + 16),
        (value, k) => (value - scale.medians[k]) * scale.factors[k],
      );
      expect(scores[row]).toBeCloseTo(slowScore({ ...queries[row], numbers }), 5);
    }
  });
});
