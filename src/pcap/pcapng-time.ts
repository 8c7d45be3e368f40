/** How the 64-bit time stamps of an interface are counted. */
export interface TimeScale {
  /** Units in one second: a power of ten or of two. */
  readonly unitsPerSecond: number;
  readonly offsetSeconds: number;
}

export interface MutableMoment {
  seconds: number;
  nanoseconds: number;
}

export const defaultTimeScale: TimeScale = { unitsPerSecond: 1e6, offsetSeconds: 0 };

/**
 * @param resolution option if_tsresol: the high bit chooses 2^-n instead of 10^-n seconds
 * @param offsetSeconds option if_tsoffset
 */
export function timeScale(resolution: number, offsetSeconds: number): TimeScale {
  const exponent = resolution & 0x7f;
  return { unitsPerSecond: (resolution & 0x80 ? 2 : 10) ** exponent, offsetSeconds };
}

/** Largest unit count for which the long division below stays within exact integers. */
const EXACT_UNITS = 2 ** 36;

/** Splits a 64-bit time stamp into whole seconds and nanoseconds, exactly up to picosecond-like resolutions. */
export function splitTimestamp(high: number, low: number, scale: TimeScale, out: MutableMoment): void {
  const units = scale.unitsPerSecond;
  if (units > EXACT_UNITS) {
    splitFineTimestamp(high, low, scale, out);
    return;
  }
  // Long division in base 2^16: every intermediate value is below 2^53.
  const quotientHigh = Math.floor(high / units);
  let rest = (high % units) * 65536 + (low >>> 16);
  const quotientMiddle = Math.floor(rest / units);
  rest = (rest % units) * 65536 + (low & 0xffff);
  const quotientLow = Math.floor(rest / units);
  out.seconds = quotientHigh * 2 ** 32 + quotientMiddle * 65536 + quotientLow + scale.offsetSeconds;
  const fraction = rest % units;
  const perUnit = 1e9 / units;
  out.nanoseconds = Number.isInteger(perUnit) ? fraction * perUnit : wholeNanoseconds(fraction, units);
}

/** `fraction * 1e9 / units`, rounded down, in two steps (1e9 = 31250 * 32000) that stay exact below 2^52. */
function wholeNanoseconds(fraction: number, units: number): number {
  const coarse = fraction * 31_250;
  return Math.floor(coarse / units) * 32_000 + Math.floor(((coarse % units) * 32_000) / units);
}

/** The rare resolutions finer than 2^-36 s: exact, but with big integers. */
function splitFineTimestamp(high: number, low: number, scale: TimeScale, out: MutableMoment): void {
  const units = BigInt(scale.unitsPerSecond);
  const total = (BigInt(high) << 32n) | BigInt(low);
  out.seconds = Number(total / units) + scale.offsetSeconds;
  out.nanoseconds = Number(((total % units) * 1_000_000_000n) / units);
}
