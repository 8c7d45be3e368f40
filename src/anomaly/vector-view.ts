/** Views whose units are plain vectors: `net` (minutes) and `adm` (15-minute slices). */
import {
  admLayoutId,
  admNumberCount,
  isNetShare,
  netLayoutId,
  netNumberCount,
  type VectorUnits,
} from '../features/index.js';
import type { Random } from '../math/index.js';
import {
  type EncodedView,
  float32,
  type Json,
  manifestError,
  readFloat32,
  readUint32,
  uint32,
} from './encoded.js';
import { outlierProbabilityOf } from './reference.js';
import {
  createVectorScorer,
  drawVectorReference,
  extendVectorReference,
  nearestPoint,
  scaleVector,
  scoreVector,
  type VectorReference,
  type VectorScale,
  type VectorScorer,
  vectorFactors,
  vectorMedians,
} from './vector-reference.js';
import type {
  BehaviourView,
  BinScore,
  CaptureUnits,
  Finding,
  NamedUnits,
  RoleView,
  Trait,
  ViewKind,
} from './view.js';

/** Traits that a finding names at most. */
const traitLimit = 3;

interface VectorKind {
  readonly id: string;
  readonly layout: string;
  readonly columns: number;
  readonly unitsOf: (capture: CaptureUnits) => VectorUnits;
  /** Whether a number is a share; all others are ln(1 + count). */
  readonly isShare: (column: number) => boolean;
}

interface VectorRole {
  readonly scale: VectorScale;
  readonly reference: VectorReference;
}

interface VectorRoleView extends RoleView {
  readonly role: VectorRole;
}

/** Fan-out, failure and ARP, by the minute; the score of a slice is that of its strangest minute. */
export const netView: ViewKind = vectorView({
  id: 'net',
  layout: netLayoutId,
  columns: netNumberCount,
  unitsOf: ({ net }) => net,
  isShare: isNetShare,
});

/** Administration without directory context, by the slice of 15 minutes. */
export const admView: ViewKind = vectorView({
  id: 'adm',
  layout: admLayoutId,
  columns: admNumberCount,
  unitsOf: ({ adm }) => adm,
  isShare: () => false,
});

function vectorView(kind: VectorKind): ViewKind {
  const { id, layout, columns, unitsOf } = kind;
  return {
    id,
    layout,
    prepare(captures) {
      const factors = vectorFactors(captures.map(unitsOf), columns);
      const names: string[] = [];
      const numberOf = new Map<string, number>();
      const originOf = (name: string) => {
        const known = numberOf.get(name);
        if (known !== undefined) return known;
        numberOf.set(name, names.length);
        return names.push(name) - 1;
      };
      return {
        fitRole: (ofRole, random) => fitVectorRole(kind, ofRole, factors, names, originOf, random),
        assemble: (roles) => assemble(kind, roles as ReadonlyMap<string, VectorRoleView>, factors, names),
      };
    },
    decode: (encoded) => decodeView(kind, encoded),
  };
}

function fitVectorRole(
  kind: VectorKind,
  captures: readonly NamedUnits[],
  factors: Float32Array,
  names: readonly string[],
  originOf: (name: string) => number,
  random: Random,
): VectorRoleView | undefined {
  const numbered = captures.map(({ units, name }) => ({
    units: kind.unitsOf(units),
    origin: originOf(name),
  }));
  const medians = vectorMedians(
    numbered.map(({ units }) => units),
    kind.columns,
  );
  const scale = { medians, factors };
  const reference = drawVectorReference(numbered, scale, random);
  return reference === undefined ? undefined : createRoleView(kind, { scale, reference }, names);
}

function createRoleView(kind: VectorKind, role: VectorRole, names: readonly string[]): VectorRoleView {
  const scorer = createVectorScorer(role.reference);
  const query = new Float64Array(kind.columns);
  // A verdict asks for the scores and then for the reasons of the same capture.
  let last: { units: VectorUnits; scores: Float64Array } | undefined;
  const scoresOf = (units: VectorUnits): Float64Array => {
    if (last?.units !== units) {
      const scores = new Float64Array(units.count);
      for (let row = 0; row < units.count; row++) {
        scaleVector(role.scale, units, row, query);
        scores[row] = scoreVector(scorer, query);
      }
      last = { units, scores };
    }
    return last.scores;
  };
  return {
    role,
    referenceCount: role.reference.betas.length,
    score(capture) {
      const units = kind.unitsOf(capture);
      return strangestOfBins(units, scoresOf(units));
    },
    explain(capture, bin, limit) {
      const units = kind.unitsOf(capture);
      const scores = scoresOf(units);
      const rows = Array.from({ length: units.count }, (_, row) => row).filter(
        (row) => units.bin[row] === bin,
      );
      return rows
        .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
        .slice(0, limit)
        .map((row) => explainUnit(kind, role, scorer, names, units, row, scores[row] as number));
    },
  };
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
  scorer: VectorScorer,
  names: readonly string[],
  units: VectorUnits,
  row: number,
  score: number,
): Finding {
  const query = new Float64Array(kind.columns);
  scaleVector(scale, units, row, query);
  const nearest = names[reference.origins[nearestPoint(scorer, query)] ?? -1] ?? null;
  const measure = (column: number, value: number) =>
    kind.isShare(column) ? Number(value.toFixed(4)) : Math.round(Math.expm1(value));
  const traits: Trait[] = [];
  for (let k = 0; k < kind.columns; k++) {
    const own = query[k] as number;
    if (own === 0) continue;
    query[k] = 0;
    const loss = score - scoreVector(scorer, query);
    query[k] = own;
    traits.push({
      column: k,
      value: measure(k, units.numbers[row * kind.columns + k] as number),
      usual: measure(k, scale.medians[k] as number),
      loss,
    });
  }
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

function assemble(
  kind: VectorKind,
  roles: ReadonlyMap<string, VectorRoleView>,
  factors: Float32Array,
  names: readonly string[],
): BehaviourView {
  return {
    id: kind.id,
    layout: kind.layout,
    roles,
    enrol: (name, captures, random) => {
      const known = roles.get(name);
      if (known === undefined) return assemble(kind, roles, factors, names);
      const longer = [...names, ...captures.map((capture) => capture.name)];
      const numbered = captures.map((capture, i) => ({
        units: kind.unitsOf(capture.units),
        origin: names.length + i,
      }));
      const { scale } = known.role;
      const reference = extendVectorReference(known.role.reference, numbered, scale, random);
      const role = createRoleView(kind, { scale, reference }, longer);
      // The others keep their views: numbers of names stay what they were.
      return assemble(kind, new Map([...roles, [name, role]]), factors, longer);
    },
    encode: () => encodeView(kind, roles, factors, names),
  };
}

function encodeView(
  kind: VectorKind,
  roles: ReadonlyMap<string, VectorRoleView>,
  factors: Float32Array,
  names: readonly string[],
): EncodedView {
  const arrays: Record<string, ReturnType<typeof float32>> = { factors: float32(factors) };
  const roleNames: Json[] = [];
  let index = 0;
  for (const [name, { role }] of roles) {
    const { scale, reference } = role;
    const prefix = `role${index++}`;
    roleNames.push(name);
    arrays[`${prefix}/medians`] = float32(scale.medians);
    arrays[`${prefix}/points`] = float32(reference.points, [reference.betas.length, kind.columns]);
    arrays[`${prefix}/origins`] = uint32(reference.origins);
    arrays[`${prefix}/betas`] = float32(reference.betas);
    arrays[`${prefix}/log-sums`] = float32(reference.logSums);
  }
  return {
    id: kind.id,
    layout: kind.layout,
    meta: { roles: roleNames, captures: [...names] },
    arrays,
  };
}

function decodeView(kind: VectorKind, encoded: EncodedView): BehaviourView {
  const { roles: roleNames, captures } = encoded.meta;
  if (!isNames(roleNames) || new Set(roleNames).size !== roleNames.length || !isNames(captures)) {
    throw manifestError(`view ${encoded.id}: no usable list of roles or captures`);
  }
  const factors = readFloat32(encoded, 'factors', kind.columns);
  const roles = new Map<string, VectorRoleView>();
  roleNames.forEach((name, index) => {
    const prefix = `role${index}`;
    const origins = readUint32(encoded, `${prefix}/origins`);
    const count = origins.length;
    if (count === 0) throw manifestError(`view ${encoded.id}: role ${name} has no reference`);
    const reference = {
      origins,
      points: readFloat32(encoded, `${prefix}/points`, count * kind.columns),
      betas: readFloat32(encoded, `${prefix}/betas`, count),
      logSums: readFloat32(encoded, `${prefix}/log-sums`, count),
    };
    const scale = { medians: readFloat32(encoded, `${prefix}/medians`, kind.columns), factors };
    roles.set(name, createRoleView(kind, { scale, reference }, captures));
  });
  return assemble(kind, roles, factors, captures);
}

function isNames(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
