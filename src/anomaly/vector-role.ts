/** One role in a view whose units are plain vectors: its scores and its reasons. */

import type { VectorUnits } from '../features/index.js';
import { allFinite } from '../math/index.js';
import { manifestError } from './encoded.js';
import { outlierProbabilityOf } from './reference.js';
import { type ReferenceScorer, scaledUnits, scoreScaled, scoreUnits } from './reference-scorer.js';
import {
  createVectorScorer,
  nearestPoint,
  rawVectors,
  type VectorReference,
  type VectorScale,
} from './vector-reference.js';
import type { BinScore, CaptureUnits, Finding, RoleView, Trait, ViewKind } from './view.js';

/** Traits that a finding names at most. */
const traitLimit = 3;

export interface VectorKind extends Pick<ViewKind, 'id' | 'layout' | 'use' | 'penalty'> {
  readonly columns: number;
  /** Undefined where the capture was not looked at in this way. */
  readonly unitsOf: (capture: CaptureUnits) => VectorUnits | undefined;
  /** Whether a number is a share; all others are ln(1 + count). */
  readonly isShare: (column: number) => boolean;
  /** A number that only a role can tell: how much of a unit it was never seen to do. */
  readonly unseen?: UnseenColumn;
}

export interface UnseenColumn {
  readonly column: number;
  /** Spread of all roles, which cannot be found beforehand. */
  readonly deviation: number;
  /** What a unit is made of, distinct and ascending. */
  readonly seenOf: (capture: CaptureUnits) => readonly Uint32Array[];
}

export interface VectorRole {
  readonly scale: VectorScale;
  readonly reference: VectorReference;
  /** What the role was seen to do, ascending; empty where nobody asks. */
  readonly vocabulary: Uint32Array;
}

export interface VectorRoleView extends RoleView {
  readonly role: VectorRole;
}

/** Of a capture that was not looked at. */
export const noUnits: VectorUnits = {
  count: 0,
  columns: 0,
  numbers: new Float32Array(0),
  bin: new Uint32Array(0),
};

/** The units of a capture, with the number of what is not known filled in. */
export function withUnseen(
  kind: VectorKind,
  capture: CaptureUnits,
  isKnown: (token: number) => boolean,
): VectorUnits {
  const units = kind.unitsOf(capture) ?? noUnits;
  if (kind.unseen === undefined) return units;
  const { column, seenOf } = kind.unseen;
  const numbers = units.numbers.slice();
  seenOf(capture).forEach((seen, row) => {
    const count = seen.filter((token) => !isKnown(token)).length;
    numbers[row * units.columns + column] = Math.log1p(count);
  });
  return { ...units, numbers };
}

/** A role, ready to score; what takes long is made when it is first asked. */
export function createRoleView(
  kind: VectorKind,
  role: VectorRole,
  names: () => readonly string[],
): VectorRoleView {
  // Made when the role is first asked about: a bundle has many roles, a capture looks at three.
  let made: ReferenceScorer | undefined;
  const scorerOf = (): ReferenceScorer => {
    made ??= createVectorScorer(checkedReference(kind, role));
    return made;
  };
  const isKnown = (token: number) => role.vocabulary.includes(token);
  // A verdict asks for the scores and then for the reasons of the same capture.
  let last: { of: VectorUnits | undefined; units: VectorUnits; scores: Float64Array } | undefined;
  const scored = (capture: CaptureUnits): { units: VectorUnits; scores: Float64Array } => {
    const of = kind.unitsOf(capture);
    if (last === undefined || last.of !== of) {
      const units = withUnseen(kind, capture, isKnown);
      last = { of, units, scores: scoreUnits(scorerOf(), rawVectors(role.scale, units)) };
    }
    return last;
  };
  return {
    role,
    referenceCount: role.reference.betas.length,
    check: () => {
      scorerOf();
    },
    score(capture) {
      const { units, scores } = scored(capture);
      return strangestOfBins(units, scores);
    },
    explain(capture, bin, limit) {
      const { units, scores } = scored(capture);
      const rows = Array.from({ length: units.count }, (_, row) => row).filter(
        (row) => units.bin[row] === bin,
      );
      const seen = kind.unseen?.seenOf(capture);
      return rows
        .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
        .slice(0, limit)
        .map((row) => ({
          ...explainUnit(kind, role, scorerOf(), names(), units, row, scores[row] as number),
          ...(seen && { unseen: Array.from(seen[row] ?? []).filter((token) => !isKnown(token)) }),
        }));
    },
  };
}

/** The reference, when its numbers are such. @throws NetworkmlError NML_MODEL_MANIFEST */
function checkedReference(kind: VectorKind, { scale, reference }: VectorRole): VectorReference {
  for (const numbers of [
    scale.medians,
    scale.factors,
    reference.points,
    reference.betas,
    reference.logSums,
  ]) {
    if (!allFinite(numbers)) throw manifestError(`view ${kind.id}: a reference with numbers that are none`);
  }
  return reference;
}

function strangestOfBins(units: VectorUnits, scores: Float64Array): BinScore[] {
  const bins: { bin: number; score: number }[] = [];
  for (let row = 0; row < units.count; row++) {
    const bin = units.bin[row] as number;
    const score = scores[row] as number;
    const known = bins.at(-1);
    if (known?.bin !== bin) bins.push({ bin, score });
    else if (score > known.score) known.score = score;
  }
  return bins;
}

/** The drop-one rule: what the score loses when a number is put to the role's middle value. */
function explainUnit(
  kind: VectorKind,
  { scale, reference }: VectorRole,
  scorer: ReferenceScorer,
  names: readonly string[],
  units: VectorUnits,
  row: number,
  score: number,
): Finding {
  const { columns } = kind;
  const numbers = units.numbers.subarray(row * columns, (row + 1) * columns);
  const query = scaledUnits(rawVectors(scale, { ...units, count: 1, numbers }));
  const nearest = names[reference.origins[nearestPoint(scorer, query)] ?? -1] ?? null;
  const measure = (column: number, value: number) =>
    kind.isShare(column) ? Number(value.toFixed(4)) : Math.round(Math.expm1(value));
  const set = Array.from(query.keys()).filter((k) => query[k] !== 0);
  const without = new Float64Array(set.length * columns);
  set.forEach((k, i) => {
    without.set(query, i * columns);
    without[i * columns + k] = 0;
  });
  const scores = scoreScaled(scorer, without);
  const traits = set.map((column, i): Trait => {
    const value = measure(column, numbers[column] as number);
    const usual = measure(column, scale.medians[column] as number);
    return { column, value, usual, loss: score - (scores[i] as number) };
  });
  return {
    view: kind.id,
    bin: units.bin[row] as number,
    unit: row,
    sessionRow: null,
    outlierProbability: outlierProbabilityOf(score),
    why: [],
    traits: traits.sort((a, b) => b.loss - a.loss).slice(0, traitLimit),
    nearest,
  };
}
