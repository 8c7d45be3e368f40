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
import type { ReferenceScorer } from './reference-scorer.js';
import { sessReasons } from './sess-reasons.js';
import { drawSessReference, extendSessReference, sessMedians } from './sess-reference.js';
import {
  createSessScorer,
  type SessReference,
  type SessScale,
  scoreSessions,
  sessTokens,
} from './sess-scorer.js';
import type { BehaviourView, BinScore, CaptureUnits, Finding, RoleView, ViewKind } from './view.js';

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
    for (const token of sessTokens(units)) tokens.add(token);
  }
  return createRoleView({ scale, reference, vocabulary: Uint32Array.from(tokens).sort() });
}

function createRoleView(role: SessRole): SessRoleView {
  // Made when the role is first asked about: a bundle has many roles, a capture looks at three.
  let made: ReferenceScorer | undefined;
  const scorerOf = (): ReferenceScorer => {
    made ??= createSessScorer(checkedReference(role));
    return made;
  };
  // A verdict asks for the scores and then for the reasons of the same capture.
  let last: { units: SessUnits; scores: Float64Array } | undefined;
  const scoresOf = (units: SessUnits): Float64Array => {
    if (last?.units !== units) last = { units, scores: scoreSessions(scorerOf(), role.scale, units) };
    return last.scores;
  };
  return {
    role,
    referenceCount: role.reference.tokens.length,
    check: () => {
      scorerOf();
    },
    score({ sess }: CaptureUnits) {
      return meansOfBins(sess, scoresOf(sess));
    },
    explain({ sess }: CaptureUnits, bin: number, limit: number) {
      const scores = scoresOf(sess);
      const rows = Array.from(scores.keys()).filter((row) => sess.bin[row] === bin);
      return rows
        .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
        .slice(0, limit)
        .map((row) => explainRow(role, scorerOf(), sess, row, scores[row] as number));
    },
  };
}

/** The mean score of each slice; ascending. */
function meansOfBins({ bin: bins }: SessUnits, scores: Float64Array): BinScore[] {
  const sums = new Map<number, { sum: number; count: number }>();
  for (let row = 0; row < scores.length; row++) {
    const bin = bins[row] as number;
    let own = sums.get(bin);
    if (own === undefined) {
      own = { sum: 0, count: 0 };
      sums.set(bin, own);
    }
    own.sum += scores[row] as number;
    own.count++;
  }
  return Array.from(sums, ([bin, { sum, count }]) => ({ bin, score: sum / count })).sort(
    (a, b) => a.bin - b.bin,
  );
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
  scorer: ReferenceScorer,
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
      for (const token of units.flatMap((own) => [...sessTokens(own)])) tokens.add(token);
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
  const { names, total, by } = encodedRoles(encoded);
  const factors = floatsOf(encoded, 'factors', columns);
  const medians = floatsOf(encoded, 'medians', names.length * columns);
  const vocabularyOf = vocabulariesOf(encoded, names.length);
  const tokens = uint32Of(encoded, 'tokens', total);
  const numbers = floatsOf(encoded, 'numbers', total * columns);
  const roles = by(({ from, to, bandwidths }, place) =>
    createRoleView({
      scale: { medians: medians.subarray(place * columns, (place + 1) * columns), factors },
      reference: {
        tokens: tokens.subarray(from, to),
        numbers: numbers.subarray(from * columns, to * columns),
        ...bandwidths,
      },
      vocabulary: vocabularyOf(place),
    }),
  );
  return assemble(roles, factors);
}
