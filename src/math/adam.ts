import type { LayerParameters } from './layer-gradients.js';

/** Adam's own constants (Kingma and Ba, ICLR 2015, algorithm 1): `tiny` is added to the root of the corrected moment. */
export const adamConstants = { decay1: 0.9, decay2: 0.999, tiny: 1e-8 } as const;

/** The moments of all parameters, and what is left of the start values. */
export interface AdamState {
  readonly first: Float64Array;
  readonly second: Float64Array;
  left1: number;
  left2: number;
}

/** The state before the first step. */
export function adamState(parameterCount: number): AdamState {
  return {
    first: new Float64Array(parameterCount),
    second: new Float64Array(parameterCount),
    left1: 1,
    left2: 1,
  };
}

/**
 * One step of Adam, in place.
 *
 * @param gradients of the parameters, in their order.
 * @param l2 pull of the weights (not the biases) towards zero: l2 / 2 x their squares is added to the loss.
 */
export function adamStep(
  { all, weightCount }: LayerParameters,
  gradients: Float64Array,
  state: AdamState,
  learningRate: number,
  l2: number,
): void {
  const { decay1, decay2, tiny } = adamConstants;
  const { first, second } = state;
  state.left1 *= decay1;
  state.left2 *= decay2;
  const rest1 = 1 - state.left1;
  const rest2 = 1 - state.left2;
  for (let i = 0; i < all.length; i++) {
    const value = all[i]!;
    const gradient = i < weightCount ? gradients[i]! + l2 * value : gradients[i]!;
    const moment1 = decay1 * first[i]! + (1 - decay1) * gradient;
    const moment2 = decay2 * second[i]! + (1 - decay2) * gradient * gradient;
    first[i] = moment1;
    second[i] = moment2;
    all[i] = value - learningRate * (moment1 / rest1 / (Math.sqrt(moment2 / rest2) + tiny));
  }
}
