import { NetworkmlError } from '../errors.js';
import type { HintModel } from './hint-ratios.js';
import { type EncodedModel, numberOf, partOf, wholeOf } from './model-parts.js';

/** Takes the ratios of tokens apart for a bundle. */
export function encodeHints({ tokens, gains, silence, weight }: HintModel): EncodedModel {
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
