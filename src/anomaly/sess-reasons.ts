/** Why a session is unlike those of a role, in sentences. */
import {
  openedByDevice,
  protocolOfKind,
  type SessUnits,
  serviceName,
  sessNumberCount,
  sessNumberNames,
} from '../features/index.js';
import { type ReferenceScorer, scaledUnits, scoreScaled } from './reference-scorer.js';
import { anyToken, rawSessions, type SessScale, sessToken, splitSessToken } from './sess-scorer.js';

/** Sentences that one session gets at most. */
const sentenceLimit = 3;
/** A number is named when the score falls by this much without its deviation. */
const smallestShare = 0.05;

type NumberName = (typeof sessNumberNames)[number];

/** How a number is put into words: `flag` 0 or 1, `amount` a quantity, `ratio` of sent to received. */
type Wording =
  | { readonly kind: 'flag'; readonly set: string; readonly unset: string }
  | { readonly kind: 'amount'; readonly name: string; readonly toAmount: (value: number) => number }
  | { readonly kind: 'ratio' };

const amount = (name: string, toAmount: (value: number) => number): Wording => ({
  kind: 'amount',
  name,
  toAmount,
});
const flag = (set: string, unset: string): Wording => ({ kind: 'flag', set, unset });

const wordings: Readonly<Record<NumberName, Wording>> = {
  external: flag(
    'the peer has a public address, most peers in this role are private',
    'the peer has a private address, most peers in this role are public',
  ),
  multicast: flag(
    'it goes to a multicast or broadcast address, most sessions in this role do not',
    'it goes to a single host, most sessions in this role are multicast or broadcast',
  ),
  'ln(1+packets sent)': amount('packets sent', Math.expm1),
  'ln(1+packets received)': amount('packets received', Math.expm1),
  'ln(1+bytes sent)': amount('bytes sent', Math.expm1),
  'ln(1+bytes received)': amount('bytes received', Math.expm1),
  'ln(1+tenths of a second)': amount('seconds', (value) => Math.expm1(value) / 10),
  'bytes per packet sent / 300': amount('bytes per packet sent', (value) => value * 300),
  'bytes per packet received / 300': amount('bytes per packet received', (value) => value * 300),
  'one-sided': flag(
    'only one side sent packets, in this role mostly both do',
    'both sides sent packets, in this role mostly one does',
  ),
  failed: flag(
    'the attempt failed, most sessions in this role succeed',
    'the session succeeded, most in this role fail',
  ),
  reset: flag(
    'it was reset, most sessions in this role are not',
    'it was not reset, most sessions in this role are',
  ),
  'odd flags': flag(
    'it holds packets with impossible TCP flags',
    'it holds no packets with impossible TCP flags, most sessions in this role do',
  ),
  'ln(1+payload bytes sent)': amount('payload bytes sent', Math.expm1),
  'ln(1+payload bytes received)': amount('payload bytes received', Math.expm1),
  'ln((1+bytes sent)/(1+bytes received))': { kind: 'ratio' },
};
const wordingOf = sessNumberNames.map((name) => wordings[name]);

/**
 * Sentences about one session, weightiest first: a service that the role never had, then what the score loses when one
 * number is put to the role's median or the service is left out (the drop-one rule).
 * @param vocabulary tokens of the role's training captures, ascending
 * @returns one to three sentences
 */
export function sessReasons(
  scale: SessScale,
  vocabulary: Uint32Array,
  scorer: ReferenceScorer,
  units: SessUnits,
  row: number,
): string[] {
  const token = sessToken(units.kind[row] as number, units.service[row] as number);
  const query = scaledUnits(rawSessions(scale, units, row, row + 1));
  const [whole = 0, ofAny = 0, ...without] = dropOneScores(scorer, token, query);
  const reasons = [
    {
      sentence: tokenSentence(token, vocabulary),
      loss: vocabulary.includes(token) ? whole - ofAny : Number.POSITIVE_INFINITY,
    },
  ];
  for (let k = 0; k < sessNumberCount; k++) {
    const wording = wordingOf[k];
    if (wording === undefined) continue;
    const value = units.numbers[row * sessNumberCount + k] as number;
    const sentence = numberSentence(wording, value, scale.medians[k] as number);
    reasons.push({ sentence, loss: whole - (without[k] as number) });
  }
  const named = reasons
    .filter(({ loss, sentence }) => loss >= smallestShare && sentence !== '')
    .sort((a, b) => b.loss - a.loss)
    .slice(0, sentenceLimit)
    .map(({ sentence }) => sentence);
  return named.length > 0
    ? named
    : ['no single trait explains it: the combination is unlike those of this role'];
}

/** Scores of a scaled session as it is, without its token, and with each number at the median. */
function dropOneScores(scorer: ReferenceScorer, token: number, query: Float64Array): Float64Array {
  const rows = new Float64Array((sessNumberCount + 2) * sessNumberCount);
  for (let row = 0; row < sessNumberCount + 2; row++) {
    rows.set(query, row * sessNumberCount);
    if (row >= 2) rows[row * sessNumberCount + row - 2] = 0;
  }
  const tokens = new Uint32Array(sessNumberCount + 2).fill(token);
  tokens[1] = anyToken;
  return scoreScaled(scorer, rows, tokens);
}

/** `tcp/6667`, `udp/dynamic port`, `icmp`. */
function serviceLabel(token: number): string {
  const { kind, service } = splitSessToken(token);
  const name = serviceName(service);
  const protocol = protocolOfKind(kind);
  const label = protocol === 'other' ? 'another protocol' : protocol;
  return name === '' ? label : `${label}/${name}`;
}

function tokenSentence(token: number, vocabulary: Uint32Array): string {
  const { kind, service } = splitSessToken(token);
  const opener = openedByDevice(kind) ? 'the device' : 'the peer';
  const label = `service ${serviceLabel(token)} opened by ${opener}`;
  if (vocabulary.includes(token)) return `${label} is unusual in this role with such numbers`;
  const mirrored = sessToken((kind + 4) % 8, service);
  if (vocabulary.includes(mirrored))
    return `${label} was never seen in this role, only opened by the other side`;
  return `${label} was never seen in this role`;
}

function numberSentence(wording: Wording, value: number, median: number): string {
  if (wording.kind === 'flag') {
    if (value === median) return '';
    return value > median ? wording.set : wording.unset;
  }
  if (wording.kind === 'ratio') {
    return `sent to received bytes are ${proportion(value)}, the role's median is ${proportion(median)}`;
  }
  const own = wording.toAmount(value);
  const usual = wording.toAmount(median);
  const both = `(${readable(own)} against ${readable(usual)})`;
  if (readable(own) === readable(usual)) return '';
  if (usual <= 0) return `${wording.name} ${readable(own)}, the role's median is ${readable(usual)}`;
  if (own >= usual) return `${wording.name} ${readable(own / usual)} times the role's median ${both}`;
  const share =
    own > 0 ? `1/${readable(usual / own)} of the role's median` : "none, unlike the role's median";
  return `${wording.name} ${share} ${both}`;
}

function proportion(logRatio: number): string {
  return logRatio >= 0 ? `${readable(Math.exp(logRatio))} to 1` : `1 to ${readable(Math.exp(-logRatio))}`;
}

/** A number in at most three significant digits below 100, whole above, with commas. */
function readable(value: number): string {
  if (value < 9.95) return String(Number(value.toFixed(1)));
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
