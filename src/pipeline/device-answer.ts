/** What several captures of one device say together: shared by the summary of many captures and the state in the service. */
import { unknownRole } from '../roles/index.js';
import type { RankedRole } from '../types.js';

/** A device is Unknown by more than this share of its captures. */
const MOSTLY = 0.5;

/** An answer for a device. */
export interface DeviceAnswer {
  readonly label: string;
  readonly confidence: number;
  /** The best three. */
  readonly top: RankedRole[];
}

/**
 * @param confidences mean confidence of each role over the captures of a device
 * @param unknown share of the captures that were answered with Unknown
 */
export function deviceAnswer(
  confidences: Iterable<readonly [role: string, confidence: number]>,
  unknown: number,
): DeviceAnswer {
  const top = Array.from(confidences, ([role, confidence]) => ({ role, confidence }))
    .sort((a, b) => b.confidence - a.confidence || (a.role < b.role ? -1 : 1))
    .slice(0, 3);
  const [best] = top;
  const label = best === undefined || unknown > MOSTLY ? unknownRole : best.role;
  return { label, confidence: best?.confidence ?? 0, top };
}

/** The name of a device: its MAC, else its first address; undefined where it has neither. */
export function deviceNameOf(device: {
  readonly mac: string | null;
  readonly addresses: readonly string[];
}): string | undefined {
  return device.mac ?? device.addresses[0];
}

/** The earlier of two times as ISO 8601 in UTC, which sort as texts; null is none. */
export function earliest(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a;
}

/** The later of two, likewise. */
export function latest(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}
