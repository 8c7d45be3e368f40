/**
 * Where to look first for a point's bandwidth: points of one table resemble one another, so the logarithm of the
 * bandwidth is regressed on how far the others are and how evenly. It only saves steps; what is found does not hang on it.
 */

/** Weight of what was learnt, per further point. */
const memory = 0.98;
const features = 3;

/** Recursive least squares with forgetting (Plackett 1950). */
export interface BandwidthGuess {
  /** Of the point at hand: 1, logarithms of mean (less the nearest) and standard deviation of its distances. */
  readonly inputs: Float64Array;
  readonly weights: Float64Array;
  /** Inverse of the inputs' matrix of products, row-major. */
  readonly inverse: Float64Array;
  readonly gain: Float64Array;
}

/** Before any point: three times the reciprocal of the standard deviation. */
export function createBandwidthGuess(): BandwidthGuess {
  const inverse = new Float64Array(features * features);
  for (let i = 0; i < features; i++) inverse[i * features + i] = 1e4;
  return {
    inputs: new Float64Array(features),
    weights: Float64Array.of(Math.log(3), 0, -1),
    inverse,
    gain: new Float64Array(features),
  };
}

/** The guess for a point; NaN or of no use where its distances do not differ. */
export function guessBandwidth(guess: BandwidthGuess, spread: number, deviation: number): number {
  const { inputs, weights } = guess;
  inputs[0] = 1;
  inputs[1] = Math.log(spread);
  inputs[2] = Math.log(deviation);
  let sum = 0;
  for (let i = 0; i < features; i++) sum += (inputs[i] as number) * (weights[i] as number);
  return Math.exp(sum);
}

/** Learns what the guess should have been. */
export function learnBandwidth(guess: BandwidthGuess, beta: number): void {
  const { inputs, weights, inverse, gain } = guess;
  let scale = memory;
  let error = Math.log(beta);
  for (let i = 0; i < features; i++) {
    let sum = 0;
    for (let j = 0; j < features; j++) sum += (inverse[i * features + j] as number) * (inputs[j] as number);
    gain[i] = sum;
    scale += sum * (inputs[i] as number);
    error -= (weights[i] as number) * (inputs[i] as number);
  }
  if (!(scale > 0 && scale < 1e12 && Math.abs(error) < 1e3)) return;
  for (let i = 0; i < features; i++) {
    weights[i] = (weights[i] as number) + ((gain[i] as number) * error) / scale;
    for (let j = 0; j < features; j++) {
      const at = i * features + j;
      inverse[at] = ((inverse[at] as number) - ((gain[i] as number) * (gain[j] as number)) / scale) / memory;
    }
  }
}
