/**
 * What devices say of themselves as a second opinion, and as others what their names and their makers are known for: how much likelier
 * each token is with devices of a role than with devices of all roles (naive Bayes over sets of tokens). The answer of
 * another classifier is multiplied by it, weighted down, as tokens come in bundles.
 */
import { type HintSource, hintSource } from '../features/index.js';
import type { RoleExample, RoleTrainingSet } from './training-set.js';

/** Log ratios of the tokens of one kind of opinion by role. */
export interface HintModel {
  /** Hashes of the tokens it knows, ascending. */
  readonly tokens: Uint32Array;
  /** [tokens x roles]: log ratio of the token being said, less that of its not being said where that counts. */
  readonly gains: Float32Array;
  /** [roles]: sum of the log ratios of all tokens not being said; 0 where that does not count. */
  readonly silence: Float32Array;
  /** What the sum of the log ratios of a capture, divided by the root of its known tokens, is multiplied by. */
  readonly weight: number;
}

export interface HintSettings {
  /** As in `HintModel`. */
  readonly weight: number;
  /** Devices like the mean of all roles that are added to each role. */
  readonly priorDevices: number;
  /** Tokens of fewer devices are not learnt. */
  readonly leastDevices: number;
  /** Whether it counts, too, that a token is not said. */
  readonly silence: boolean;
}

/** Few words of general knowledge: those of one device are learnt, too, and nobody keeps silent about them. */
const general = { priorDevices: 0.5, leastDevices: 1, silence: false } as const;

/** Found by cross-validation over whole devices and over whole families (docs/roles.md). */
export const hintDefaults: Readonly<Record<HintSource, HintSettings>> = {
  words: { weight: 0.2, priorDevices: 0.5, leastDevices: 2, silence: true },
  names: { weight: 0.4, ...general },
  makers: { weight: 0.8, ...general },
};

/** Shares of devices are kept away from 0 and 1 by so much: of all roles, and of one. */
const LEAST_SHARE = 1e-3;
const LEAST_ROLE_SHARE = 1e-4;

/**
 * Learns what devices say, what their names and what their makers are known for, each by itself.
 *
 * @param hints hashes of the tokens of each example; null where they were not read or are not learnt from.
 * @returns an opinion for each of which something can be learnt; undefined where nothing can.
 */
export function trainHints(
  set: Pick<RoleTrainingSet, 'roles' | 'examples'>,
  hints: readonly (Uint32Array | null)[],
  chosen: Uint32Array,
): HintModel[] | undefined {
  const models = (Object.keys(hintDefaults) as HintSource[])
    .map((source) => {
      const own = hints.map((all, index) =>
        all === null || !teaches(source, set.examples[index])
          ? null
          : all.filter((token) => hintSource(token) === source),
      );
      return trainHintModel(set, own, chosen, hintDefaults[source]);
    })
    .filter((model) => model !== undefined);
  return models.length > 0 ? models : undefined;
}

/** Captures of a named origin are those of laboratories, where names and makers are dealt out. */
function teaches(source: HintSource, example: RoleExample | undefined): boolean {
  return source === 'words' || example?.origin === undefined;
}

/**
 * Learns one opinion from the chosen captures in which something is said. Devices count alike, and roles count alike in what is usual;
 * a role of which no device says anything is as likely with any tokens as without.
 *
 * @param hints hashes of the tokens of each example; null where they were not read or are not learnt from.
 * @returns undefined when no token is said by enough devices.
 */
function trainHintModel(
  { roles, examples }: Pick<RoleTrainingSet, 'roles' | 'examples'>,
  hints: readonly (Uint32Array | null)[],
  chosen: Uint32Array,
  settings: HintSettings,
): HintModel | undefined {
  const speaking = Array.from(chosen).filter((index) => (hints[index]?.length ?? 0) > 0);
  const devices = groupBy(speaking, (index) => examples[index]?.device ?? '');
  const owners = new Map<number, number>();
  for (const captures of devices.values()) {
    const own = new Set(captures.flatMap((index) => Array.from(hints[index] ?? [])));
    for (const token of own) owners.set(token, (owners.get(token) ?? 0) + 1);
  }
  const kept = [...owners].filter(([, count]) => count >= settings.leastDevices).map(([token]) => token);
  if (kept.length === 0) return undefined;
  const tokens = Uint32Array.from(kept).sort();
  const place = new Map(Array.from(tokens, (token, index) => [token, index]));
  const classCount = roles.length;
  const counts = new Float64Array(classCount);
  const said = new Float64Array(classCount * tokens.length);
  for (const captures of devices.values()) {
    for (const [label, own] of groupBy(captures, (index) => examples[index]?.label ?? 0)) {
      counts[label] = (counts[label] as number) + 1;
      const times = new Map<number, number>();
      for (const token of own.flatMap((index) => Array.from(hints[index] ?? []))) {
        times.set(token, (times.get(token) ?? 0) + 1);
      }
      for (const [token, count] of times) {
        const at = place.get(token);
        if (at === undefined) continue;
        const cell = label * tokens.length + at;
        said[cell] = (said[cell] as number) + count / own.length;
      }
    }
  }
  return { tokens, weight: settings.weight, ...logRatios(counts, said, tokens.length, settings) };
}

/**
 * @param counts [roles] devices that say something.
 * @param said [roles x tokens] devices that say the token, a part of one where only some of its captures do.
 */
function logRatios(
  counts: Float64Array,
  said: Float64Array,
  tokenCount: number,
  { priorDevices, silence }: HintSettings,
): { gains: Float32Array; silence: Float32Array } {
  const classCount = counts.length;
  const heard = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const gains = new Float32Array(tokenCount * classCount);
  const silences = new Float64Array(classCount);
  for (let token = 0; token < tokenCount; token++) {
    let usual = 0;
    for (let role = 0; role < classCount; role++) {
      const count = counts[role] as number;
      if (count > 0) usual += (said[role * tokenCount + token] as number) / count / heard;
    }
    usual = between(LEAST_SHARE, usual);
    for (let role = 0; role < classCount; role++) {
      const own = said[role * tokenCount + token] as number;
      const share = between(
        LEAST_ROLE_SHARE,
        (priorDevices * usual + own) / (priorDevices + (counts[role] as number)),
      );
      const silent = silence ? Math.log((1 - share) / (1 - usual)) : 0;
      gains[token * classCount + role] = Math.log(share / usual) - silent;
      silences[role] = (silences[role] as number) + silent;
    }
  }
  return { gains, silence: Float32Array.from(silences) };
}

function between(least: number, value: number): number {
  return Math.min(1 - least, Math.max(least, value));
}

function groupBy<K>(indices: readonly number[], keyOf: (index: number) => K): Map<K, number[]> {
  const groups = new Map<K, number[]>();
  for (const index of indices) {
    const own = groups.get(keyOf(index));
    if (own === undefined) groups.set(keyOf(index), [index]);
    else own.push(index);
  }
  return groups;
}

/** Those tokens that one of the opinions knows. */
export function knownTokens(models: readonly HintModel[], said: readonly number[] | Uint32Array): number[] {
  return Array.from(said).filter((token) => models.some(({ tokens }) => placeOf(tokens, token) >= 0));
}

/** Indices of those tokens that an opinion knows. */
function placesOf({ tokens }: HintModel, said: ArrayLike<number>): number[] {
  const places: number[] = [];
  for (let i = 0; i < said.length; i++) {
    const place = placeOf(tokens, said[i] as number);
    if (place >= 0) places.push(place);
  }
  return places;
}

function placeOf(tokens: Uint32Array, token: number): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = tokens[middle] as number;
    if (found === token) return middle;
    if (found < token) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/**
 * Raw probabilities of a device, given what it says besides and what its names and its maker are known for.
 *
 * @param probabilities [roles] by another classifier, sums to 1.
 * @param said hashes of the tokens of the capture, each once.
 * @returns [roles], sums to 1; undefined when no token is known: then the other answer stands.
 */
export function withHints(
  models: readonly HintModel[],
  probabilities: Float64Array,
  said: ArrayLike<number>,
): Float64Array | undefined {
  let answer: Float64Array | undefined;
  for (const model of models) answer = withOpinion(model, answer ?? probabilities, said) ?? answer;
  return answer;
}

function withOpinion(
  model: HintModel,
  probabilities: Float64Array,
  said: ArrayLike<number>,
): Float64Array | undefined {
  const places = placesOf(model, said);
  if (places.length === 0) return undefined;
  const { gains, silence, weight } = model;
  const classCount = silence.length;
  const factor = weight / Math.sqrt(places.length);
  const scores = Float64Array.from(silence);
  for (const place of places) {
    for (let role = 0; role < classCount; role++) {
      scores[role] = (scores[role] as number) + (gains[place * classCount + role] as number);
    }
  }
  const most = Math.max(...scores);
  const products = probabilities.map((p, role) => p * Math.exp(factor * ((scores[role] as number) - most)));
  const sum = products.reduce((a, b) => a + b, 0);
  return sum > 0 ? products.map((product) => product / sum) : undefined;
}
