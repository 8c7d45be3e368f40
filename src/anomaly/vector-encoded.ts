/** The references of all roles of a vector view as plain arrays, and back. */
import {
  type EncodedView,
  float32,
  floatsOf,
  joinedFloats,
  joinedTexts,
  uint32,
  uint32Of,
} from './encoded.js';
import {
  encodedBandwidths,
  encodedCounts,
  encodedRoles,
  encodedVocabularies,
  vocabulariesOf,
} from './encoded-roles.js';
import type { VectorKind, VectorRole } from './vector-role.js';

/** A view as it is stored. `names`: of the captures that the origins of points number. */
export function encodeRoles(
  kind: VectorKind,
  roles: ReadonlyMap<string, { readonly role: VectorRole }>,
  factors: Float32Array,
  names: readonly string[],
): EncodedView {
  const all = Array.from(roles.values(), ({ role }) => role);
  const references = all.map(({ reference }) => reference);
  // Most captures are the origin of no point: a long list of names is slow to read.
  const origins = references.flatMap((reference) => [...reference.origins]);
  const used = Array.from(new Set(origins)).sort((a, b) => a - b);
  const places = new Map(used.map((origin, place) => [origin, place]));
  return {
    id: kind.id,
    layout: kind.layout,
    meta: { roles: [...roles.keys()] },
    arrays: {
      captures: joinedTexts(used.map((origin) => names[origin] ?? '')),
      factors: float32(factors),
      ...encodedCounts(references),
      medians: joinedFloats(
        all.map(({ scale }) => scale.medians),
        kind.columns,
      ),
      points: joinedFloats(
        references.map(({ points }) => points),
        kind.columns,
      ),
      origins: uint32(Uint32Array.from(origins, (origin) => places.get(origin) ?? 0)),
      ...encodedBandwidths(references),
      ...(kind.unseen && encodedVocabularies(all.map(({ vocabulary }) => vocabulary))),
    },
  };
}

/**
 * The roles of an encoded view by name.
 * @param make what is made of a role, once it is asked about
 * @throws NetworkmlError NML_MODEL_MANIFEST when arrays are missing or do not fit one another
 */
export function decodeRoles<T>(
  kind: VectorKind,
  encoded: EncodedView,
  factors: Float32Array,
  make: (role: VectorRole) => T,
): ReadonlyMap<string, T> {
  const { columns } = kind;
  const { names, total, by } = encodedRoles(encoded);
  const medians = floatsOf(encoded, 'medians', names.length * columns);
  const points = floatsOf(encoded, 'points', total * columns);
  const origins = uint32Of(encoded, 'origins', total);
  const vocabularyOf = kind.unseen && vocabulariesOf(encoded, names.length);
  return by(({ from, to, bandwidths }, place) =>
    make({
      scale: { medians: medians.subarray(place * columns, (place + 1) * columns), factors },
      reference: {
        origins: origins.subarray(from, to),
        points: points.subarray(from * columns, to * columns),
        ...bandwidths,
      },
      vocabulary: vocabularyOf?.(place) ?? new Uint32Array(0),
    }),
  );
}
