import { NetworkmlError } from '../errors.js';
import type { HintModel } from './hint-ratios.js';
import {
  type BundleArray,
  type EncodedModel,
  numberOf,
  objectOf,
  partOf,
  partsOf,
  wholeOf,
} from './model-parts.js';

/** Takes opinions apart for a bundle: the arrays of each have its number in front. */
export function encodeHints(models: readonly HintModel[]): EncodedModel {
  const encoded = models.map(encodeOpinion);
  const arrays: Record<string, BundleArray> = {};
  encoded.forEach((one, index) => {
    for (const [name, array] of Object.entries(one.arrays)) arrays[`${index}/${name}`] = array;
  });
  return { meta: { opinions: encoded.map(({ meta }) => meta) }, arrays };
}

function encodeOpinion({ tokens, gains, silence, weight }: HintModel): EncodedModel {
  const [count, classes] = [tokens.length, silence.length];
  return {
    meta: { tokens: count, weight },
    arrays: {
      tokens: { dtype: 'uint32', shape: [count], data: tokens },
      gains: { dtype: 'float32', shape: [count, classes], data: gains },
      silence: { dtype: 'float32', shape: [classes], data: silence },
    },
  };
}

/** Puts them together again. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function decodeHints(
  meta: EncodedModel['meta'],
  arrays: EncodedModel['arrays'],
  classCount: number,
): HintModel[] {
  if (!Array.isArray(meta.opinions) || meta.opinions.length === 0) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', 'ensemble: opinions is not a list');
  }
  const arraysOf = partsOf(arrays);
  return meta.opinions.map((opinion: unknown, index) =>
    decodeOpinion(objectOf(opinion), arraysOf(`${index}`), classCount),
  );
}

function decodeOpinion(
  meta: EncodedModel['meta'],
  arrays: EncodedModel['arrays'],
  classCount: number,
): HintModel {
  const count = wholeOf(meta, 'tokens');
  const tokens = partOf(arrays, 'tokens', 'uint32', [count]);
  if (tokens.some((token, index) => index > 0 && token <= (tokens[index - 1] as number))) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', 'ensemble: tokens out of order');
  }
  return {
    tokens,
    gains: partOf(arrays, 'gains', 'float32', [count, classCount]),
    silence: partOf(arrays, 'silence', 'float32', [classCount]),
    weight: numberOf(meta, 'weight', 0, 10),
  };
}
