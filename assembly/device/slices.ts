/** The 15-minute slices in which the device has a session, by number in order of appearance. */
import { allocate } from '../flow/memory';
import { createKeys, internKey, keyCount } from '../table/keys';
import { rowCount } from '../table/rows';

/** Of each slice: which one it is, session parts, IP bytes both ways, and its place among all slices in order of time. */
export const SLICE_BIN = 0;
export const SLICE_PARTS = 4;
export const SLICE_UNIT = 8;
/** Of those of its parts that are chosen from: see `sess.ts`. */
export const SLICE_FIRSTS = 12;
export const SLICE_FIRSTS_MET = 16;
export const SLICE_FIRSTS_TAKEN = 20;
export const SLICE_REST_MET = 24;
export const SLICE_REST_TAKEN = 28;
export const SLICE_BYTES = 32;
const SIZE: usize = 40;

export let slices: usize = 0;
export let sliceCount: i32 = 0;
/** 32-bit integers: the slices, ascending. */
export let sliceBins: usize = 0;
let keys: usize = 0;
let lastBin: i32 = -1;
let last: i32 = 0;

export function clearSlices(): void {
  keys = createKeys();
  slices = allocate(<usize>rowCount * SIZE);
  sliceCount = 0;
  lastBin = -1;
}

/** Number of a slice; parts of one come one after the other, nearly all of them. */
export function sliceOf(bin: i32): i32 {
  if (bin === lastBin) return last;
  last = internKey(keys, bin, 0, 0, 0);
  lastBin = bin;
  if (last === sliceCount) {
    sliceCount = keyCount(keys);
    store<i32>(sliceAt(last), bin, SLICE_BIN);
  }
  return last;
}

export function sliceAt(slice: i32): usize {
  return slices + <usize>slice * SIZE;
}

/** Gives every slice its place in order of time. */
export function orderSlices(): void {
  sliceBins = allocate((<usize>sliceCount) << 2);
  for (let slice = 0; slice < sliceCount; slice++) putBin(slice, load<i32>(sliceAt(slice), SLICE_BIN));
  if (!areAscending()) sort();
  for (let unit = 0; unit < sliceCount; unit++) {
    store<i32>(sliceAt(sliceOf(binAt(unit))), unit, SLICE_UNIT);
  }
}

function binAt(index: i32): i32 {
  return load<i32>(sliceBins + ((<usize>index) << 2));
}

function putBin(index: i32, bin: i32): void {
  store<i32>(sliceBins + ((<usize>index) << 2), bin);
}

function areAscending(): boolean {
  for (let i = 1; i < sliceCount; i++) if (binAt(i) < binAt(i - 1)) return false;
  return true;
}

/** Heapsort (Williams 1964): a capture whose packets are in no order must not cost the square of its slices. */
function sort(): void {
  for (let i = (sliceCount >> 1) - 1; i >= 0; i--) sink(i, sliceCount);
  for (let end = sliceCount - 1; end > 0; end--) {
    const top = binAt(0);
    putBin(0, binAt(end));
    putBin(end, top);
    sink(0, end);
  }
}

function sink(from: i32, end: i32): void {
  const bin = binAt(from);
  let at = from;
  while (true) {
    let child = at * 2 + 1;
    if (child >= end) break;
    if (child + 1 < end && binAt(child + 1) > binAt(child)) child++;
    if (binAt(child) <= bin) break;
    putBin(at, binAt(child));
    at = child;
  }
  putBin(at, bin);
}
