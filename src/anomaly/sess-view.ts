/** The `sess` view: single sessions against the sessions of other devices of the role. */
import { type SessUnits, sessLayoutId, sessNumberCount } from '../features/index.js';
import { allFinite, type Random, standardDeviation } from '../math/index.js';
import {
  type EncodedView,
  float32,
  floatsOf,
  joinedFloats,
  joinedWords,
  manifestError,
  uint32Of,
} from './encoded.js';
import {
  encodedBandwidths,
  encodedCounts,
  encodedRoles,
  encodedVocabularies,
  vocabulariesOf,
} from './encoded-roles.js';
import { outlierProbabilityOf } from './reference.js';
import { sessReasons } from './sess-reasons.js';
import { drawSessReference, extendSessReference, sessMedians } from './sess-reference.js';
import {
  createSessScorer,
  type SessReference,
  type SessScale,
  type SessScorer,
  scaleSessNumbers,
  scoreSession,
  sessToken,
} from './sess-scorer.js';
import type { BehaviourView, CaptureUnits, Finding, RoleView, ViewKind } from './view.js';

/** Weight of a number against a one-hot column. */
const numberWeight = 0.5;
/** Least standard deviation that a number is divided by. */
const smallestDeviation = 0.1;

/** One role in this view, as it is stored. */
interface SessRole {
  readonly scale: SessScale;
  readonly reference: SessReference;
  /** Tokens met in training, ascending; more than the reference set holds. */
  readonly vocabulary: Uint32Array;
}

interface ScoredBin {
  readonly bin: number;
  readonly scores: readonly { readonly row: number; readonly score: number }[];
}

interface SessRoleView extends RoleView {
  readonly role: SessRole;
}

/** The view, for `trainBehaviour` and `decodeBehaviour`. */
export const sessView: ViewKind = {
  id: 'sess',
  layout: sessLayoutId,
  use: 'usual',
  penalty: 1,
  prepare(captures) {
    const factors = sessFactors(captures.map(({ sess }) => sess));
    return {
      fitRole: (ofRole, random) =>
        fitSessRole(
          ofRole.map(({ units }) => units.sess),
          factors,
          random,
        ),
      assemble: (roles) => assemble(roles as ReadonlyMap<string, SessRoleView>, factors),
    };
  },
  decode: decodeSessView,
};

/** What a difference of 1 in each number weighs: half over its standard deviation in the captures of all roles. */
export function sessFactors(captures: readonly SessUnits[]): Float32Array {
  const total = captures.reduce((sum, units) => sum + units.count, 0);
  const column = new Float64Array(total);
  return Float32Array.from({ length: sessNumberCount }, (_, k) => {
    let at = 0;
    for (const units of captures) {
      for (let row = 0; row < units.count; row++)
        column[at++] = units.numbers[row * sessNumberCount + k] as number;
    }
    return numberWeight / Math.max(standardDeviation(column), smallestDeviation);
  });
}

/** One role's model from its captures; undefined when they hold no session. */
export function fitSessRole(
  captures: readonly SessUnits[],
  factors: Float32Array,
  random: Random,
): SessRoleView | undefined {
  const scale = { medians: sessMedians(captures), factors };
  const reference = drawSessReference(captures, scale, random);
  if (reference === undefined) return undefined;
  const tokens = new Set<number>();
  for (const units of captures) {
    for (let row = 0; row < units.count; row++) {
      tokens.add(sessToken(units.kind[row] as number, units.service[row] as number));
    }
  }
  return createRoleView({ scale, reference, vocabulary: Uint32Array.from(tokens).sort() });
}

function createRoleView(role: SessRole): SessRoleView {
  // Made when the role is first asked about: a bundle has many roles, a capture looks at three.
  let made: SessScorer | undefined;
  const scorerOf = (): SessScorer => {
    made ??= createSessScorer(checkedReference(role));
    return made;
  };
  const query = new Float64Array(sessNumberCount);
  const scoreRow = (scorer: SessScorer, units: SessUnits, row: number): number => {
    scaleSessNumbers(role.scale, units.numbers, row, query);
    return scoreSession(scorer, sessToken(units.kind[row] as number, units.service[row] as number), query);
  };
  // A verdict asks for the scores and then for the reasons of the same capture.
  let last: { units: SessUnits; bins: readonly ScoredBin[] } | undefined;
  const scoredBins = (units: SessUnits): readonly ScoredBin[] => {
    if (last?.units !== units) {
      const scorer = scorerOf();
      const byBin = new Map<number, { row: number; score: number }[]>();
      for (let row = 0; row < units.count; row++) {
        const bin = units.bin[row] as number;
        const scores = byBin.get(bin) ?? [];
        byBin.set(bin, scores);
        scores.push({ row, score: scoreRow(scorer, units, row) });
      }
      const bins = Array.from(byBin, ([bin, scores]) => ({ bin, scores })).sort((a, b) => a.bin - b.bin);
      last = { units, bins };
    }
    return last.bins;
  };
  return {
    role,
    referenceCount: role.reference.tokens.length,
    check: () => {
      scorerOf();
    },
    score({ sess }: CaptureUnits) {
      return scoredBins(sess).map(({ bin, scores }) => {
        const sum = scores.reduce((total, { score }) => total + score, 0);
        return { bin, score: sum / scores.length };
      });
    },
    explain({ sess }: CaptureUnits, bin: number, limit: number) {
      const scores = scoredBins(sess).find((entry) => entry.bin === bin)?.scores ?? [];
      return scores
        .toSorted((a, b) => b.score - a.score || a.row - b.row)
        .slice(0, limit)
        .map(({ row, score }) => explainRow(role, scorerOf(), sess, row, score));
    },
  };
}

/** The reference, when its numbers are such. @throws NetworkmlError NML_MODEL_MANIFEST */
function checkedReference({ scale, reference }: SessRole): SessReference {
  for (const numbers of [
    scale.medians,
    scale.factors,
    reference.numbers,
    reference.betas,
    reference.logSums,
  ]) {
    if (!allFinite(numbers)) throw manifestError('view sess: a reference with numbers that are none');
  }
  return reference;
}

function explainRow(
  role: SessRole,
  scorer: SessScorer,
  units: SessUnits,
  row: number,
  score: number,
): Finding {
  return {
    view: sessView.id,
    bin: units.bin[row] as number,
    unit: row,
    sessionRow: units.sessionRow[row] as number,
    outlierProbability: outlierProbabilityOf(score),
    why: sessReasons(role.scale, role.vocabulary, scorer, units, row),
    traits: [],
    nearest: null,
  };
}

function assemble(roles: ReadonlyMap<string, SessRoleView>, factors: Float32Array): BehaviourView {
  return {
    id: sessView.id,
    layout: sessView.layout,
    roles,
    enrol: (name, captures, random) => {
      const known = roles.get(name);
      if (known === undefined) return assemble(roles, factors);
      const units = captures.map((capture) => capture.units.sess);
      const reference = extendSessReference(known.role.reference, units, known.role.scale, random);
      const tokens = new Set(known.role.vocabulary);
      for (const { count, kind, service } of units) {
        for (let row = 0; row < count; row++)
          tokens.add(sessToken(kind[row] as number, service[row] as number));
      }
      const vocabulary = Uint32Array.from(tokens).sort();
      const role = { scale: known.role.scale, reference, vocabulary };
      return assemble(new Map([...roles, [name, createRoleView(role)]]), factors);
    },
    encode: () => encodeSessView(roles, factors),
  };
}

function encodeSessView(roles: ReadonlyMap<string, SessRoleView>, factors: Float32Array): EncodedView {
  const all = Array.from(roles.values(), ({ role }) => role);
  const references = all.map(({ reference }) => reference);
  return {
    id: sessView.id,
    layout: sessView.layout,
    meta: { roles: [...roles.keys()] },
    arrays: {
      factors: float32(factors),
      ...encodedCounts(references),
      medians: joinedFloats(
        all.map(({ scale }) => scale.medians),
        sessNumberCount,
      ),
      ...encodedVocabularies(all.map(({ vocabulary }) => vocabulary)),
      tokens: joinedWords(references.map(({ tokens }) => tokens)),
      numbers: joinedFloats(
        references.map(({ numbers }) => numbers),
        sessNumberCount,
      ),
      ...encodedBandwidths(references),
    },
  };
}

function decodeSessView(encoded: EncodedView): BehaviourView {
  const columns = sessNumberCount;
  const { roles, total } = encodedRoles(encoded);
  const factors = floatsOf(encoded, 'factors', columns);
  const medians = floatsOf(encoded, 'medians', roles.length * columns);
  const vocabularies = vocabulariesOf(encoded, roles.length);
  const tokens = uint32Of(encoded, 'tokens', total);
  const numbers = floatsOf(encoded, 'numbers', total * columns);
  const views = roles.map(({ name, from, to, bandwidths }, role) => {
    const view = createRoleView({
      scale: { medians: medians.subarray(role * columns, (role + 1) * columns), factors },
      reference: {
        tokens: tokens.subarray(from, to),
        numbers: numbers.subarray(from * columns, to * columns),
        ...bandwidths,
      },
      vocabulary: vocabularies[role] ?? new Uint32Array(0),
    });
    return [name, view] as const;
  });
  return assemble(new Map(views), factors);
}
