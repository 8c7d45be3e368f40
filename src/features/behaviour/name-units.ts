/**
 * The views `codes` and `names` of behaviour, read only when they are asked for: codes of process protocols and remote
 * procedure calls between the device and its peers, and names that it asks for (DNS, TLS), per 15-minute slice.
 */
import {
  binOfRow,
  createNameEntry,
  NAME_ANSWERED,
  NAME_ASKED,
  NAME_CUT,
  NAME_OF_SERVER,
  type NameEntry,
  type NameLog,
  PROCESS_CODE,
  type SessionTable,
} from '../../sessions/index.js';
import { isControlling, isWriting } from './process-codes.js';
import type { VectorUnits } from './vector-units.js';

/** Layout ids of the units. */
export const codeLayoutId = 'codes/1';
export const nameLayoutId = 'names/1';

/** The numbers of a unit of codes, in order; ln(1 + count) but for the share. The last one is for a role's model to fill in. */
export const codeNumberNames = [
  'codes',
  'writing share',
  'controlling messages',
  'codes never seen',
] as const;
export const codeNumberCount = codeNumberNames.length;
/** Column of the codes never seen in the role. */
export const unseenCodes = codeNumberNames.indexOf('codes never seen');

/** Numbers that are shares of 1. */
export function isCodeShare(column: number): boolean {
  return codeNumberNames[column] === 'writing share';
}

/** The numbers of a unit of names, in order; ln(1 + x) but for the share. Randomness is in bits: length times entropy. */
export const nameNumberNames = [
  'names asked',
  'most names below one domain',
  'longest name',
  'bits of the most random name',
  'name errors share',
  'rare record types',
] as const;
export const nameNumberCount = nameNumberNames.length;

/** Numbers that are shares of 1. */
export function isNameShare(column: number): boolean {
  return nameNumberNames[column] === 'name errors share';
}

/** A code of a unit, and where it was met first. */
export interface CodeExample {
  /** As in `CodeUnits.seen`. */
  readonly token: number;
  readonly code: number;
  /** The device sent it. */
  readonly sent: boolean;
  readonly sessionRow: number;
  /** Messages with it, in this session. */
  readonly count: number;
}

/** Units of codes: one per slice in which the device has a session. */
export interface CodeUnits extends VectorUnits {
  /** Of each unit, hashes of (direction, code); distinct, ascending. */
  readonly seen: readonly Uint32Array[];
  /** Of each unit, an example of each of its codes. */
  readonly examples: readonly (readonly CodeExample[])[];
}

/** Units of names: one per slice in which the device has a session. */
export interface NameUnits extends VectorUnits {
  /** Of each unit, the domain that most names were asked below, and the longest name as far as it was captured. */
  readonly widest: readonly (string | null)[];
  readonly longest: readonly (string | null)[];
}

/** What was logged, and which of it belongs to the device. */
export interface LoggedDevice {
  readonly table: SessionTable;
  /** Per row of the table: 0 not of the device, 1 the device is side a, 2 it is side b. */
  readonly sides: Uint8Array;
  /** All slices in which the device has a session, ascending. */
  readonly bins: Uint32Array;
}

/** Goes over the entries of one device, each with the number of its unit and whether the device sent it. */
function forEachEntry(
  log: NameLog,
  { table, sides, bins }: LoggedDevice,
  visit: (unit: number, entry: NameEntry, sent: boolean) => void,
): void {
  const unitOfBin = new Map(Array.from(bins, (bin, unit) => [bin, unit]));
  const entry = createNameEntry();
  for (let index = 0; index < log.count; index++) {
    log.read(index, entry);
    const side = sides[entry.row];
    const unit = side === 0 ? undefined : unitOfBin.get(binOfRow(table, entry.row));
    if (unit !== undefined) visit(unit, entry, entry.fromB === (side === 2));
  }
}

/** Units of codes of what was logged of one device. */
export function codeUnits(log: NameLog, device: LoggedDevice): CodeUnits {
  const slices = Array.from(device.bins, () => ({
    examples: new Map<number, CodeExample>(),
    messages: 0,
    writing: 0,
    controlling: 0,
  }));
  forEachEntry(log, device, (unit, { what, value: code, row, count }, sent) => {
    const slice = slices[unit];
    if (what !== PROCESS_CODE || slice === undefined) return;
    const token = hashOf(code, sent);
    if (!slice.examples.has(token)) slice.examples.set(token, { token, code, sent, sessionRow: row, count });
    slice.messages += count;
    if (isWriting(code)) slice.writing += count;
    else if (isControlling(code)) slice.controlling += count;
  });
  const numbers = slices.flatMap(({ examples, messages, writing, controlling }) => [
    Math.log1p(examples.size),
    writing / (messages + 2),
    Math.log1p(controlling),
    0,
  ]);
  return {
    count: slices.length,
    columns: codeNumberCount,
    numbers: Float32Array.from(numbers),
    bin: device.bins,
    seen: slices.map(({ examples }) => Uint32Array.from(examples.keys()).sort()),
    examples: slices.map(({ examples }) => [...examples.values()]),
  };
}

/** Units of names of what was logged of one device. */
export function nameUnits(log: NameLog, device: LoggedDevice): NameUnits {
  const slices = Array.from(device.bins, newSlice);
  forEachEntry(log, device, (unit, entry, sent) => {
    const slice = slices[unit];
    if (slice !== undefined) countName(slice, log, entry, sent);
  });
  return {
    count: slices.length,
    columns: nameNumberCount,
    numbers: Float32Array.from(slices.flatMap(numbersOf)),
    bin: device.bins,
    widest: slices.map(({ below }) => widestOf(below)?.[0] ?? null),
    longest: slices.map(({ longestText }) => longestText),
  };
}

interface Slice {
  readonly names: Set<number>;
  /** Names by the domain that they are below; those that the capture cuts are below ''. */
  readonly below: Map<string, number>;
  longest: number;
  longestText: string | null;
  random: number;
  answers: number;
  errors: number;
  rare: number;
}

function newSlice(): Slice {
  return {
    names: new Set(),
    below: new Map(),
    longest: 0,
    longestText: null,
    random: 0,
    answers: 0,
    errors: 0,
    rare: 0,
  };
}

function widestOf(below: ReadonlyMap<string, number>): [string, number] | undefined {
  let widest: [string, number] | undefined;
  for (const entry of below) if (entry[1] > (widest?.[1] ?? 0)) widest = entry;
  return widest;
}

function numbersOf({ names, below, longest, random, errors, answers, rare }: Slice): number[] {
  return [
    Math.log1p(names.size),
    Math.log1p(widestOf(below)?.[1] ?? 0),
    Math.log1p(longest),
    Math.log1p(random),
    errors / (answers + 2),
    Math.log1p(rare),
  ];
}

/** Header, type and class of a question, and the two bytes that a name has more than its text. */
const BYTES_AROUND_NAME = 18;
const NAME_ERROR = 3;

function countName(slice: Slice, log: NameLog, { what, value, name, count }: NameEntry, sent: boolean): void {
  if (what === NAME_ANSWERED) {
    if (sent) return;
    slice.answers += count;
    if (value === NAME_ERROR) slice.errors += count;
    return;
  }
  const text = log.names[name];
  if (!sent || text === undefined) return;
  if (what === NAME_CUT) {
    add(slice.below, '');
    // As long as the message says; what else is in it makes the name a little longer than it is.
    noteLength(slice, value - BYTES_AROUND_NAME, text);
  } else if (what === NAME_ASKED || what === NAME_OF_SERVER) {
    if (what === NAME_ASKED && !ordinaryTypes.has(value)) slice.rare += count;
    if (slice.names.has(name)) return;
    slice.names.add(name);
    const domain = domainOf(text);
    add(slice.below, domain);
    noteLength(slice, text.length, text);
    slice.random = Math.max(slice.random, bitsOf(text.slice(0, text.length - domain.length)));
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function noteLength(slice: Slice, length: number, text: string): void {
  if (length <= slice.longest) return;
  slice.longest = length;
  slice.longestText = text;
}

/** Unknown, A, NS, CNAME, SOA, PTR, MX, AAAA, SRV, NAPTR, DS, SVCB, HTTPS; TXT, NULL, ANY and the like are rare. */
const ordinaryTypes: ReadonlySet<number> = new Set([-1, 1, 2, 5, 6, 12, 15, 28, 33, 35, 43, 64, 65]);

/** The registered domain, roughly: two labels, or three where the second is as short as `co` under a country. */
function domainOf(name: string): string {
  const labels = name.split('.');
  const [top = '', second = ''] = [labels.at(-1), labels.at(-2)];
  return labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.');
}

/** Bits in the characters of a text: their number times the entropy of their distribution (Shannon 1948). */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) if (character !== '.') add(counts, character);
  const length = Array.from(counts.values()).reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / length);
  return bits;
}

function hashOf(code: number, sent: boolean): number {
  return (Math.imul((code << 1) | Number(sent), 0x9e3779b1) ^ (code >>> 15)) >>> 0;
}
