/** How alike the windows of a device are to those of known captures: see src/roles/known-devices.ts. */
import * as at from '../../src/roles/kernel-layout';
import { exponential } from './exponential';
import { entryOf } from './rows';

/**
 * The mean of the square roots of a device's windows, scaled to length 1; zeros without windows.
 * @param ids words: the device's rows; `counts` doubles: windows with each of them
 * @param below columns from this one on are left out, those from `halvedFrom` on halved
 * @param out a double for each column
 */
export function findDirection(
  rows: usize,
  ids: usize,
  counts: usize,
  count: u32,
  below: u32,
  halvedFrom: u32,
  out: usize,
): void {
  const indices = load<usize>(rows, at.ROWS_INDICES);
  const values = load<usize>(rows, at.ROWS_VALUES);
  memory.fill(out, 0, (<usize>below) << 3);
  for (let i: usize = 0; i < count; i++) {
    const row = load<u32>(ids + (i << 2));
    const windows = load<f64>(counts + (i << 3));
    const end = (<usize>entryOf(rows, row + 1)) << 2;
    for (let entry = (<usize>entryOf(rows, row)) << 2; entry < end; entry += 4) {
      const column = load<u32>(indices + entry);
      if (column >= below) continue;
      const scale = column < halvedFrom ? windows : windows / 2;
      const place = out + ((<usize>column) << 3);
      store<f64>(place, load<f64>(place) + scale * sqrt(<f64>load<f32>(values + entry)));
    }
  }
  const end = out + ((<usize>below) << 3);
  let squares: f64 = 0;
  for (let place = out; place < end; place += 8) squares += load<f64>(place) * load<f64>(place);
  const length = sqrt(squares);
  if (!(length > 0)) return;
  for (let place = out; place < end; place += 8) store<f64>(place, load<f64>(place) / length);
}

/** What the values of known rows are parts of. */
const WHOLE: f64 = 10_000;

/** Cosine of a direction with each known row, at most 1. @param out a double for each row @returns the first row of the greatest */
export function findSimilarities(known: usize, direction: usize, out: usize): u32 {
  const first = out;
  let best = out;
  let most: f64 = -1;
  let start = load<usize>(known, at.KNOWN_START);
  const indices = load<usize>(known, at.KNOWN_INDICES);
  const values = load<usize>(known, at.KNOWN_VALUES);
  for (const end = out + ((<usize>load<u32>(known, at.KNOWN_COUNT)) << 3); out < end; out += 8) {
    let product: f64 = 0;
    const last = (<usize>load<u32>(start, 4)) << 1;
    let entry = (<usize>load<u32>(start)) << 1;
    // Four in a turn: before the code is compiled for speed, a turn itself has its price.
    for (; entry + 8 <= last; entry += 8) {
      const index = indices + entry;
      const value = values + entry;
      product += load<f64>(direction + ((<usize>load<u16>(index)) << 3)) * <f64>load<u16>(value);
      product += load<f64>(direction + ((<usize>load<u16>(index, 2)) << 3)) * <f64>load<u16>(value, 2);
      product += load<f64>(direction + ((<usize>load<u16>(index, 4)) << 3)) * <f64>load<u16>(value, 4);
      product += load<f64>(direction + ((<usize>load<u16>(index, 6)) << 3)) * <f64>load<u16>(value, 6);
    }
    for (; entry < last; entry += 2) {
      product +=
        load<f64>(direction + ((<usize>load<u16>(indices + entry)) << 3)) * <f64>load<u16>(values + entry);
    }
    // Rounding of the kept values can lead beyond 1 by some millionths.
    const similarity = min(1, product / WHOLE);
    store<f64>(out, similarity);
    if (similarity > most) {
      most = similarity;
      best = out;
    }
    start += 4;
  }
  return <u32>((best - first) >> 3);
}

/**
 * Probabilities by likeness: of each role the known row with the greatest share x exp(similarity / spread) counts.
 * @param similarities a double for each known row
 * @param out a double for each role; sums to 1
 * @param best a word for each role: which row counts; -1 where there is none of a similarity above 0
 */
export function findLikeness(known: usize, similarities: usize, spread: f64, out: usize, best: usize): void {
  const roles = <usize>load<u32>(known, at.KNOWN_ROLES);
  const owners = load<usize>(known, at.KNOWN_OWNERS);
  const labels = load<usize>(known, at.KNOWN_LABELS);
  const logarithms = load<usize>(known, at.KNOWN_LOGARITHMS);
  const count = load<u32>(known, at.KNOWN_COUNT);
  memory.fill(best, 0xff, roles << 2);
  for (let k: usize = 0; k < roles; k++) store<f64>(out + (k << 3), -Infinity);
  let most: f64 = -Infinity;
  for (let row: u32 = 0; row < count; row++) {
    const similarity = load<f64>(similarities + ((<usize>row) << 3));
    if (!(similarity > 0)) continue;
    const owner = <usize>load<u32>(owners + ((<usize>row) << 2));
    const label = <usize>load<u32>(labels + (owner << 2));
    const weighed = similarity + spread * load<f64>(logarithms + (owner << 3));
    if (!(weighed > load<f64>(out + (label << 3)))) continue;
    store<f64>(out + (label << 3), weighed);
    store<u32>(best + (label << 2), row);
    most = max(most, weighed);
  }
  normalize(out, roles, most, spread);
}

function normalize(values: usize, roles: usize, most: f64, spread: f64): void {
  const end = values + (roles << 3);
  let sum: f64 = 0;
  for (let value = values; value < end; value += 8) {
    const power = most === -Infinity ? 1 : exponential((load<f64>(value) - most) / spread);
    store<f64>(value, power);
    sum += power;
  }
  for (let value = values; value < end; value += 8) store<f64>(value, load<f64>(value) / sum);
}
