/** Many units against one reference, four at a time. */
import { distances, interleave, sessDistances, takeRow } from './points';
import { scoreFour } from './scores';

/** The reference at hand: a row of doubles for each point, and where their tokens lie; 0: they have none. */
let points: usize = 0;
let tokens: usize = 0;
let count: usize = 0;
let columns: usize = 0;
/** Doubles for each point. */
let betas: usize = 0;
let logSums: usize = 0;
/** Room for the columns of four units and twice their distances to all points. */
let work: usize = 0;

/** Says where the reference lies that the next calls are about. */
export function holdReference(
  itsPoints: usize,
  itsTokens: usize,
  itsCount: usize,
  itsColumns: usize,
  itsBetas: usize,
  itsLogSums: usize,
  itsWork: usize,
): void {
  points = itsPoints;
  tokens = itsTokens;
  count = itsCount;
  columns = itsColumns;
  betas = itsBetas;
  logSums = itsLogSums;
  work = itsWork;
}

/**
 * Units and tokens are read, and scores written, to a multiple of four.
 * @param units scaled, a row of doubles for each
 * @param unitTokens read only where the points have tokens, too
 * @param out a double for each unit
 */
export function scoreUnits(units: usize, unitTokens: usize, unitCount: usize, out: usize): void {
  const found = work + (columns << 5);
  for (const end = out + (unitCount << 3); out < end; out += 32) {
    measureFour(units, unitTokens, found);
    scoreFour(found, betas, logSums, count, found + (count << 5), out);
    units += columns << 5;
    unitTokens += 16;
  }
}

/** Distances of four units to all points, a row for each unit. */
export function distancesOfFour(units: usize, unitTokens: usize, out: usize): void {
  const found = work + (columns << 5);
  measureFour(units, unitTokens, found);
  for (let row: usize = 0; row < 4; row++) {
    takeRow(found, row, count, out);
    out += count << 3;
  }
}

/** Score of one unit from its distances to all points. */
export function scoreOfDistances(distances: usize, out: usize): void {
  const found = work + (columns << 5);
  for (let j: usize = 0; j < count; j++) {
    v128.store(found + (j << 5), v128.load64_splat(distances + (j << 3)));
    v128.store(found + (j << 5), v128.load64_splat(distances + (j << 3)), 16);
  }
  scoreFour(found, betas, logSums, count, found + (count << 5), out);
}

function measureFour(units: usize, unitTokens: usize, out: usize): void {
  interleave(units, columns, work);
  if (tokens !== 0) sessDistances(work, unitTokens, points, tokens, count, out);
  else distances(work, points, columns, count, out);
}
