/** The references of all roles of a vector view as plain arrays, and back. */
import { type EncodedView, float32, floatsOf, joinedFloats, uint32, uint32Of } from './encoded.js';
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
    meta: { roles: [...roles.keys()], captures: used.map((origin) => names[origin] ?? '') },
    arrays: {
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
 * @throws NetworkmlError NML_MODEL_MANIFEST when arrays are missing or do not fit one another
 */
export function decodeRoles(
  kind: VectorKind,
  encoded: EncodedView,
  factors: Float32Array,
): Map<string, VectorRole> {
  const { columns } = kind;
  const { roles, total } = encodedRoles(encoded);
  const medians = floatsOf(encoded, 'medians', roles.length * columns);
  const points = floatsOf(encoded, 'points', total * columns);
  const origins = uint32Of(encoded, 'origins', total);
  const vocabularies = kind.unseen && vocabulariesOf(encoded, roles.length);
  return new Map(
    roles.map(({ name, from, to, bandwidths }, role) => [
      name,
      {
        scale: { medians: medians.subarray(role * columns, (role + 1) * columns), factors },
        reference: {
          origins: origins.subarray(from, to),
          points: points.subarray(from * columns, to * columns),
          ...bandwidths,
        },
        vocabulary: vocabularies?.[role] ?? new Uint32Array(0),
      },
    ]),
  );
}
