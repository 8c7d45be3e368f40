import { balancedWeights } from '../math/index.js';
import type { RoleExample } from './training-set.js';

/** How captures are weighted in training: by device, as they should be, or all alike, to compare with. */
export type CaptureBalance = 'device' | 'none';

/**
 * Weights of captures with mean 1. Balanced by device they are 1 / (devices of the role x captures of the device), so
 * that neither a role with many devices nor a device with many captures outweighs the others.
 *
 * @param chosen indices of the examples that count; devices and captures are counted among these.
 * @returns one weight for each of `chosen`, in its order.
 */
export function captureWeights(
  examples: readonly RoleExample[],
  chosen: Uint32Array,
  balance: CaptureBalance = 'device',
): Float64Array {
  if (balance === 'none') return new Float64Array(chosen.length).fill(1);
  const picked = Array.from(chosen, (index) => examples[index] as RoleExample);
  const weights = balancedWeights(
    picked.map((example) => example.label),
    picked.map((example) => example.device),
  );
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}
