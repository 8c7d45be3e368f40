/**
 * What the references of every view have in common when they are stored. All roles' arrays lie in one of each kind: a
 * bundle with an array for each role is slow to read.
 */
import {
  type EncodedArray,
  type EncodedView,
  floatsOf,
  joinedFloats,
  joinedWords,
  manifestError,
  textsOf,
  uint32,
  uint32Of,
} from './encoded.js';
import { MadeByNeed } from './made-by-need.js';
import type { Bandwidths } from './reference.js';

/** A range of joined arrays. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** One role's reference points among those of all roles. */
export interface EncodedRole extends Range {
  readonly name: string;
  readonly bandwidths: Bandwidths;
}

/** How many points each role has. */
export function encodedCounts(references: readonly Bandwidths[]): Record<string, EncodedArray> {
  return { counts: uint32(Uint32Array.from(references, ({ betas }) => betas.length)) };
}

/** The bandwidths of all points. */
export function encodedBandwidths(references: readonly Bandwidths[]): Record<string, EncodedArray> {
  return {
    betas: joinedFloats(references.map(({ betas }) => betas)),
    'log-sums': joinedFloats(references.map(({ logSums }) => logSums)),
  };
}

/** What each role was seen to do. */
export function encodedVocabularies(vocabularies: readonly Uint32Array[]): Record<string, EncodedArray> {
  return {
    'vocabulary-counts': uint32(Uint32Array.from(vocabularies, ({ length }) => length)),
    vocabulary: joinedWords(vocabularies),
  };
}

/** The roles of a view, with what `encodedCounts` and `encodedBandwidths` stored of them. */
export interface EncodedRoles {
  /** In their order. */
  readonly names: readonly string[];
  /** Points of all roles. */
  readonly total: number;
  /** @param make what the role at a place is, once it is asked about */
  by<T>(make: (role: EncodedRole, place: number) => T): ReadonlyMap<string, T>;
}

/** @throws NetworkmlError NML_MODEL_MANIFEST when a name is there twice, a role has no point, or arrays do not fit */
export function encodedRoles(encoded: EncodedView): EncodedRoles {
  const names = textsOf(encoded, 'roles');
  if (new Set(names).size !== names.length) throw manifestError(`view ${encoded.id}: a role is there twice`);
  const counts = uint32Of(encoded, 'counts', names.length);
  const empty = counts.indexOf(0);
  if (empty >= 0) throw manifestError(`view ${encoded.id}: role ${names[empty]} has no reference`);
  const { ranges, total } = rangesOf(counts);
  const betas = floatsOf(encoded, 'betas', total);
  const logSums = floatsOf(encoded, 'log-sums', total);
  return {
    names,
    total,
    by: (make) =>
      new MadeByNeed(names, (place) => {
        const { from, to } = ranges[place] as Range;
        const bandwidths = { betas: betas.subarray(from, to), logSums: logSums.subarray(from, to) };
        return make({ name: names[place] as string, from, to, bandwidths }, place);
      }),
  };
}

/**
 * The inverse of `encodedVocabularies`: that of a place.
 * @throws NetworkmlError NML_MODEL_MANIFEST when arrays are missing or do not fit one another
 */
export function vocabulariesOf(encoded: EncodedView, roleCount: number): (place: number) => Uint32Array {
  const { ranges, total } = rangesOf(uint32Of(encoded, 'vocabulary-counts', roleCount));
  const vocabulary = uint32Of(encoded, 'vocabulary', total);
  return (place) => vocabulary.subarray(ranges[place]?.from, ranges[place]?.to);
}

/** Where the parts of joined arrays lie, from their lengths. */
export function rangesOf(counts: Uint32Array): { readonly ranges: Range[]; readonly total: number } {
  let total = 0;
  const ranges = Array.from(counts, (count) => {
    total += count;
    return { from: total - count, to: total };
  });
  return { ranges, total };
}
