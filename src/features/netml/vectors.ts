import { NetworkmlError } from '../../errors.js';
import { realPartTransform } from '../../math/index.js';
import type { TimedFlows } from './flow-times.js';
import type { FlowPieces } from './pieces.js';
import { FLAG_COUNTS, type FlowShape, shapeWidth } from './shape.js';
import { familyWriter, writeHeader } from './values.js';

/**
 * Vectors of all pieces, row by row.
 * @returns `pieces x shapeWidth(shape)` values
 * @throws NetworkmlError NML_TABLE where netml, reproduced by `compat`, fails: header of IPv6, sub-windows of no length
 */
export function flowVectors(timed: TimedFlows, pieces: FlowPieces, shape: FlowShape): Float64Array {
  const width = shapeWidth(shape);
  const out = new Float64Array(pieces.flow.length * width);
  forEachFlowVector(timed, pieces, shape, (vector, piece) => out.set(vector, piece * width));
  return out;
}

/** Calls `visit` for every piece with its vector, which is filled again each time. */
export function forEachFlowVector(
  timed: TimedFlows,
  pieces: FlowPieces,
  shape: FlowShape,
  visit: (vector: Float64Array, piece: number) => void,
): void {
  const { dimension, header, fft } = shape;
  const vector = new Float64Array(shapeWidth(shape));
  const headerValues = FLAG_COUNTS + dimension;
  const at = header ? headerValues : 0;
  const values = new Float64Array(headerValues);
  const write = familyWriter(timed, shape);
  const place = placer(dimension, fft);
  const placeHeader = header ? placer(headerValues, fft) : undefined;
  for (let piece = 0; piece < pieces.flow.length; piece++) {
    const start = pieces.start[piece] as number;
    const end = pieces.end[piece] as number;
    if (placeHeader !== undefined) {
      refuseKeyless(timed, pieces.flow[piece] as number, shape);
      placeHeader(values, writeHeader(timed, start, end, headerValues, values), vector, 0);
    }
    place(values, write(start, end, values), vector, at);
    visit(vector, piece);
  }
}

/** Puts values into a vector, padded with zeros or transformed. */
function placer(
  length: number,
  fft: boolean,
): (values: Float64Array, count: number, vector: Float64Array, at: number) => void {
  if (fft) return realPartTransform(length);
  return (values, count, vector, at) => {
    vector.set(values.subarray(0, count), at);
    vector.fill(0, at + count, at + length);
  };
}

function refuseKeyless({ flows }: TimedFlows, flow: number, { compat }: FlowShape): void {
  if (compat === 'netml' && flows.key(flow).protocol < 0) {
    throw new NetworkmlError('NML_TABLE', 'netml fails at the header features of IPv6 packets', {
      hint: 'leave --compat or --header out',
    });
  }
}
