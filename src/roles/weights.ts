import { balancedWeights } from '../math/index.js';
import type { RoleExample } from './training-set.js';

/** How captures are weighted in training: by device, as they should be, or all alike, to compare with. */
export type CaptureBalance = 'device' | 'none';

/**
 * Weights of captures with mean 1. Balanced by device they are 1 / (devices of the role x captures of the device), so
 * that neither a role with many devices nor a device with many captures outweighs the others. Where captures of a role
 * are of several origins, each origin has the same part in it: two real devices are not drowned by eighty of a laboratory.
 * Each weight is then multiplied by the share of the capture.
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
  const labels = picked.map((example) => example.label);
  // A role and an origin make a class of their own, whose weights sum to 1; the role shares it between its origins.
  const classes = new Map<string, number>();
  const classOf = picked.map(({ label, origin = '' }) => {
    const name = `${label} ${origin}`;
    const known = classes.get(name) ?? classes.size;
    classes.set(name, known);
    return known;
  });
  const origins = new Map<number, Set<number>>();
  for (const [i, label] of labels.entries()) {
    const own = origins.get(label) ?? new Set();
    origins.set(label, own.add(classOf[i] as number));
  }
  const weights = balancedWeights(
    classOf,
    picked.map((example) => example.device),
  ).map((weight, i) => {
    const { label, share = 1 } = picked[i] as RoleExample;
    return (share * weight) / (origins.get(label)?.size ?? 1);
  });
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}
