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

/**
 * The roles of a view in their order, with what `encodedCounts` and `encodedBandwidths` stored of them.
 * @returns the number of points of all roles, too
 * @throws NetworkmlError NML_MODEL_MANIFEST when a name is there twice, a role has no point, or arrays do not fit
 */
export function encodedRoles(encoded: EncodedView): { roles: EncodedRole[]; total: number } {
  const names = textsOf(encoded, 'roles');
  if (new Set(names).size !== names.length) throw manifestError(`view ${encoded.id}: a role is there twice`);
  const { ranges, total } = rangesOf(uint32Of(encoded, 'counts', names.length));
  const betas = floatsOf(encoded, 'betas', total);
  const logSums = floatsOf(encoded, 'log-sums', total);
  const roles = ranges.map(({ from, to }, index) => {
    const name = names[index] ?? '';
    if (from === to) throw manifestError(`view ${encoded.id}: role ${name} has no reference`);
    const bandwidths = { betas: betas.subarray(from, to), logSums: logSums.subarray(from, to) };
    return { name, from, to, bandwidths };
  });
  return { roles, total };
}

/**
 * The inverse of `encodedVocabularies`.
 * @throws NetworkmlError NML_MODEL_MANIFEST when arrays are missing or do not fit one another
 */
export function vocabulariesOf(encoded: EncodedView, roleCount: number): Uint32Array[] {
  const { ranges, total } = rangesOf(uint32Of(encoded, 'vocabulary-counts', roleCount));
  const vocabulary = uint32Of(encoded, 'vocabulary', total);
  return ranges.map(({ from, to }) => vocabulary.subarray(from, to));
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
