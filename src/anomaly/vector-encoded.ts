/** The references of all roles of a vector view as plain arrays, and back. */
import {
  type EncodedView,
  float32,
  floatsOf,
  joinFloats,
  joinWords,
  manifestError,
  partsOf,
  readUint32,
  uint32,
} from './encoded.js';
import type { VectorKind, VectorRole } from './vector-role.js';

/** All roles' arrays in one of each kind: a bundle with an array for each role is slow to read. */
export function encodeRoles(
  kind: VectorKind,
  roles: ReadonlyMap<string, { readonly role: VectorRole }>,
  factors: Float32Array,
  names: readonly string[],
): EncodedView {
  const all = Array.from(roles.values(), ({ role }) => role);
  const references = all.map(({ reference }) => reference);
  const counts = references.map(({ betas }) => betas.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Most captures are the origin of no point: a long list of names is slow to read.
  const origins = joinWords(references.map((reference) => reference.origins));
  const used = Array.from(new Set(origins)).sort((a, b) => a - b);
  const places = new Map(used.map((origin, place) => [origin, place]));
  return {
    id: kind.id,
    layout: kind.layout,
    meta: { roles: [...roles.keys()], captures: used.map((origin) => names[origin] ?? '') },
    arrays: {
      factors: float32(factors),
      counts: uint32(Uint32Array.from(counts)),
      medians: float32(joinFloats(all.map(({ scale }) => scale.medians)), [all.length, kind.columns]),
      points: float32(joinFloats(references.map(({ points }) => points)), [total, kind.columns]),
      origins: uint32(origins.map((origin) => places.get(origin) ?? 0)),
      betas: float32(joinFloats(references.map(({ betas }) => betas))),
      'log-sums': float32(joinFloats(references.map(({ logSums }) => logSums))),
      ...(kind.unseen && {
        'vocabulary-counts': uint32(Uint32Array.from(all, ({ vocabulary }) => vocabulary.length)),
        vocabulary: uint32(joinWords(all.map(({ vocabulary }) => vocabulary))),
      }),
    },
  };
}

/**
 * The roles of an encoded view, in the order of their names.
 * @throws NetworkmlError NML_MODEL_MANIFEST when arrays are missing or do not fit one another
 */
export function decodeRoles(kind: VectorKind, encoded: EncodedView, names: readonly string[]): VectorRole[] {
  const factors = floatsOf(encoded, 'factors', kind.columns);
  const decode = encoded.arrays.counts === undefined ? decodeApart : decodeJoined;
  const roles = decode(kind, encoded, names, factors);
  roles.forEach(({ reference }, index) => {
    if (reference.origins.length > 0) return;
    throw manifestError(`view ${encoded.id}: role ${names[index]} has no reference`);
  });
  return roles;
}

function decodeJoined(
  kind: VectorKind,
  encoded: EncodedView,
  roles: readonly string[],
  factors: Float32Array,
): VectorRole[] {
  const { columns } = kind;
  const parts = partsOf(readUint32(encoded, 'counts', roles.length));
  const medians = floatsOf(encoded, 'medians', roles.length * columns);
  const points = floatsOf(encoded, 'points', parts.total * columns);
  const origins = readUint32(encoded, 'origins', parts.total);
  const betas = floatsOf(encoded, 'betas', parts.total);
  const logSums = floatsOf(encoded, 'log-sums', parts.total);
  const words = kind.unseen && partsOf(readUint32(encoded, 'vocabulary-counts', roles.length));
  const vocabulary = words && readUint32(encoded, 'vocabulary', words.total);
  return parts.ranges.map(({ from, to }, role) => ({
    scale: { medians: medians.subarray(role * columns, (role + 1) * columns), factors },
    reference: {
      origins: origins.subarray(from, to),
      points: points.subarray(from * columns, to * columns),
      betas: betas.subarray(from, to),
      logSums: logSums.subarray(from, to),
    },
    vocabulary:
      vocabulary?.subarray(words?.ranges[role]?.from, words?.ranges[role]?.to) ?? new Uint32Array(0),
  }));
}

/** Arrays for each role apart, as bundles were first written. */
function decodeApart(
  kind: VectorKind,
  encoded: EncodedView,
  roles: readonly string[],
  factors: Float32Array,
): VectorRole[] {
  return roles.map((_, index) => {
    const prefix = `role${index}`;
    const origins = readUint32(encoded, `${prefix}/origins`);
    const count = origins.length;
    const reference = {
      origins,
      points: floatsOf(encoded, `${prefix}/points`, count * kind.columns),
      betas: floatsOf(encoded, `${prefix}/betas`, count),
      logSums: floatsOf(encoded, `${prefix}/log-sums`, count),
    };
    const scale = { medians: floatsOf(encoded, `${prefix}/medians`, kind.columns), factors };
    return { scale, reference, vocabulary: new Uint32Array(0) };
  });
}
