/**
 * Sessions that are over as rows of a table in columns; see src/pipeline/session-rows.ts. A batch is one piece of memory:
 * columns of numbers, columns of moments, columns of text.
 */
import * as at from '../../src/sessions/meter/meter-layout';
import { putAddress, putMac } from './address-text';
import { full } from './host';
import { allocate } from './memory';
import { openedByB } from './meter';
import { blockOf } from './statistics';

const SET_BYTES: usize = at.SET * 8;

export let tableInUse = false;
/** Rows that are filled, of so many. */
export let filled: i32 = 0;
export let capacity: i32 = 0;
/** Doubles, column by column. */
export let numbers: usize = 0;
/** Of each column the milliseconds of all rows as doubles, then the nanoseconds within them as 32-bit integers. */
export let moments: usize = 0;
/** Of each column the bytes of all rows on end, then 32-bit integers that say where each ends. */
export let texts: usize = 0;
let ids: f64 = 0;
let withTunnel = false;
let withStatistics = false;
/** Columns that NFStream has not. */
let withOwn = false;

/** Words for `end_reason` and `initiated_by`: a byte of length, then up to 15 of text. */
const words: usize = memory.data(at.WORD_BYTES * 10, 8);
const FIRST_INITIATOR = 7;

/** Space for a batch; returns where the words for reasons and initiators are put, 16 bytes each. */
export function prepareTable(
  rows: i32,
  numberColumns: i32,
  momentColumns: i32,
  textColumns: i32,
  tunnel: boolean,
  statistics: boolean,
  own: boolean,
): usize {
  tableInUse = true;
  capacity = rows;
  withTunnel = tunnel;
  withStatistics = statistics;
  withOwn = own;
  numbers = allocate(numberColumns * rows * 8);
  moments = allocate(momentColumns * rows * 12);
  texts = allocate(textColumns * rows * (at.TEXT_ROOM + 4));
  return words;
}

/** The batch was read: it is filled anew. */
export function emptyTable(): void {
  filled = 0;
}

/** Appends the session of a row. */
export function addTableRow(row: usize, reason: i32): void {
  const evidence = load<u32>(row, at.EVIDENCE * 4);
  const fromB = openedByB(evidence);
  putNumbers(row, reason, evidence, fromB);
  putTexts(row, reason, evidence, fromB);
  if (withOwn) putMoments(row, evidence, fromB);
  ids++;
  if (++filled === capacity) {
    full();
    filled = 0;
  }
}

/** Where the next number of the row goes. */
let cell: usize = 0;

function put(value: f64): void {
  store<f64>(cell, value);
  cell += (<usize>capacity) << 3;
}

function putNumbers(row: usize, reason: i32, evidence: u32, fromB: boolean): void {
  cell = numbers + ((<usize>filled) << 3);
  const scope = load<u32>(row, at.SCOPE * 4);
  const ports = load<u32>(row, at.PORTS * 4);
  put(ids);
  put(reason === at.ENDED_ACTIVE ? 1 : reason === at.ENDED_PLUGIN ? -1 : 0);
  put(<f64>(fromB ? ports & 0xffff : ports >> 16));
  put(<f64>(fromB ? ports >> 16 : ports & 0xffff));
  put(<f64>(scope & 255));
  put(((scope >> 8) & 15) === 6 ? 6 : 4);
  put(<f64>((scope >> 16) & 0xfff));
  if (withTunnel) put(<f64>((scope >> 12) & 15));
  // From the source, from the destination: offsets of what is kept of a, and of b.
  const s: usize = fromB ? 1 : 0;
  const d: usize = 1 - s;
  const sent = <f64>load<u32>(row + (s << 2), at.PACKETS * 4);
  const received = <f64>load<u32>(row + (d << 2), at.PACKETS * 4);
  const first = firstSide(evidence);
  const last = lastSide(row, s, d);
  putSpan(row, first, last, sent + received, load<f64>(row, at.BYTES * 8) + load<f64>(row, at.BYTES * 8 + 8));
  putSpan(row, s, s, sent, load<f64>(row + (s << 3), at.BYTES * 8));
  putSpan(row, d, d, received, load<f64>(row + (d << 3), at.BYTES * 8));
  if (withStatistics) putStatistics(row, s, d, sent, received);
  if (withOwn) {
    put(<f64>load<u32>(row, at.SESSION * 4));
    put(<f64>load<u32>(row, at.PART * 4));
  }
}

/** The side of the first packet, 0 for a. */
function firstSide(evidence: u32): usize {
  return (evidence & at.FIRST_PACKET_BY_B) !== 0 ? 1 : 0;
}

/** The side of the last packet; the source where both are as late. */
function lastSide(row: usize, s: usize, d: usize): usize {
  if (load<u32>(row + (s << 2), at.PACKETS * 4) === 0) return d;
  if (load<u32>(row + (d << 2), at.PACKETS * 4) === 0) return s;
  const sent = load<f64>(row + (s << 3), at.LAST_MS * 8);
  const received = load<f64>(row + (d << 3), at.LAST_MS * 8);
  if (received !== sent) return received > sent ? d : s;
  return load<i32>(row + (d << 2), at.LAST_NS * 4) > load<i32>(row + (s << 2), at.LAST_NS * 4) ? d : s;
}

function putSpan(row: usize, firstOf: usize, lastOf: usize, packets: f64, bytes: f64): void {
  const first = load<f64>(row + (firstOf << 3), at.FIRST_MS * 8);
  const last = load<f64>(row + (lastOf << 3), at.LAST_MS * 8);
  put(first);
  put(last);
  put(last > first ? last - first : 0);
  put(packets);
  put(bytes);
}

function putStatistics(row: usize, s: usize, d: usize, sent: f64, received: f64): void {
  const block = blockOf(row);
  const ofSource = block + SET_BYTES * (1 + s);
  const ofDestination = block + SET_BYTES * (1 + d);
  putSpread(block, sent + received);
  putSpread(ofSource, sent);
  putSpread(ofDestination, received);
  putSpread(block + at.INTERVAL_MEAN * 8, sent + received - 1);
  putSpread(ofSource + at.INTERVAL_MEAN * 8, sent - 1);
  putSpread(ofDestination + at.INTERVAL_MEAN * 8, received - 1);
  const source = block + at.FLAG_COUNTS * 4 + (s << 5);
  const destination = block + at.FLAG_COUNTS * 4 + (d << 5);
  for (let i: usize = 0; i < 8; i++) put(<f64>(flagCount(source, i) + flagCount(destination, i)));
  for (let i: usize = 0; i < 8; i++) put(<f64>flagCount(source, i));
  for (let i: usize = 0; i < 8; i++) put(<f64>flagCount(destination, i));
}

/** TCP flag bits in the order of the columns: SYN, CWR, ECE, URG, ACK, PSH, RST, FIN. */
const flagBits: usize = memory.data<u8>([1, 7, 6, 5, 4, 3, 2, 0]);

function flagCount(counters: usize, column: usize): u32 {
  return load<u32>(counters + ((<usize>load<u8>(flagBits + column)) << 2));
}

/** Minimum, mean, sample deviation, maximum; 0 without any number. */
function putSpread(place: usize, count: f64): void {
  const some = count >= 1;
  put(some ? load<f64>(place, at.SIZE_MIN * 8) : 0);
  put(some ? load<f64>(place, at.SIZE_MEAN * 8) : 0);
  put(count < 2 ? 0 : sqrt(load<f64>(place, at.SIZE_M2 * 8) / (count - 1)));
  put(some ? load<f64>(place, at.SIZE_MAX * 8) : 0);
}

function putMoments(row: usize, evidence: u32, fromB: boolean): void {
  const s: usize = fromB ? 1 : 0;
  const d: usize = 1 - s;
  putMoment(0, row, firstSide(evidence), at.FIRST_MS, at.FIRST_NS, true);
  putMoment(1, row, lastSide(row, s, d), at.LAST_MS, at.LAST_NS, true);
  const hasSent = load<u32>(row + (s << 2), at.PACKETS * 4) !== 0;
  putMoment(2, row, s, at.FIRST_MS, at.FIRST_NS, hasSent);
  putMoment(3, row, s, at.LAST_MS, at.LAST_NS, hasSent);
  const hasReceived = load<u32>(row + (d << 2), at.PACKETS * 4) !== 0;
  putMoment(4, row, d, at.FIRST_MS, at.FIRST_NS, hasReceived);
  putMoment(5, row, d, at.LAST_MS, at.LAST_NS, hasReceived);
}

function putMoment(column: i32, row: usize, side: usize, ms: usize, ns: usize, there: boolean): void {
  const start = moments + <usize>(column * capacity) * 12;
  store<f64>(start + ((<usize>filled) << 3), there ? load<f64>(row + (side << 3) + (ms << 3)) : NaN);
  const value = there ? load<i32>(row + (side << 2) + (ns << 2)) : 0;
  store<i32>(start + ((<usize>capacity) << 3) + ((<usize>filled) << 2), value);
}

/** Columns of text: bytes, then ends. */
function textBytes(column: i32): usize {
  return texts + <usize>(column * capacity) * (at.TEXT_ROOM + 4);
}

function textEnds(column: i32): usize {
  return textBytes(column) + <usize>capacity * at.TEXT_ROOM;
}

/** Where the cell of the row at hand begins. */
function cellStart(column: i32): usize {
  const ends = textEnds(column) + ((<usize>filled) << 2);
  return textBytes(column) + (filled === 0 ? 0 : load<u32>(ends - 4));
}

function endCell(column: i32, end: usize): void {
  store<u32>(textEnds(column) + ((<usize>filled) << 2), <u32>(end - textBytes(column)));
}

function putTexts(row: usize, reason: i32, evidence: u32, fromB: boolean): void {
  const version: u32 = ((load<u32>(row, at.SCOPE * 4) >> 8) & 15) === 6 ? 6 : 4;
  const highs = load<u32>(row, at.MAC_HIGHS * 4);
  putEnd(0, row, version, fromB, fromB ? highs & 0xffff : highs >> 16);
  putEnd(3, row, version, !fromB, fromB ? highs >> 16 : highs & 0xffff);
  if (!withOwn) return;
  putWord(6, reason);
  const bySyn = (evidence & (at.SYN_BY_A | at.SYN_BY_B)) !== 0;
  const bySynAck = (evidence & (at.SYN_ACK_TO_A | at.SYN_ACK_TO_B)) !== 0;
  putWord(7, FIRST_INITIATOR + (bySyn ? 0 : bySynAck ? 1 : 2));
}

function putEnd(column: i32, row: usize, version: u32, isB: boolean, macHigh: u32): void {
  const address = row + (isB ? at.ADDRESS_B : at.ADDRESS_A) * 4;
  const macLow = load<u32>(row + (isB ? at.MAC_LOW_B : at.MAC_LOW_A) * 4);
  endCell(column, putAddress(cellStart(column), version, address));
  endCell(column + 1, putMac(cellStart(column + 1), macHigh, macLow, 6));
  endCell(column + 2, putMac(cellStart(column + 2), macHigh, macLow, 3));
}

function putWord(column: i32, word: i32): void {
  const text = words + <usize>word * at.WORD_BYTES;
  const start = cellStart(column);
  const length: usize = load<u8>(text);
  // Sixteen bytes at once: there is room behind every cell.
  store<u64>(start, load<u64>(text, 1));
  store<u64>(start, load<u64>(text, 9), 8);
  endCell(column, start + length);
}
