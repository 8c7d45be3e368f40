import { describe, expect, it } from 'vitest';
import { hintTokens } from '../../src/features/index.js';
import { decodeHints, encodeHints } from '../../src/roles/hint-parts.js';
import {
  type HintModel,
  hintDefaults,
  knownTokens,
  type RoleExample,
  trainHints,
  withHints,
} from '../../src/roles/index.js';
import { testRandom } from '../support/random.js';
import { codeOf } from '../support/read-all.js';

interface Heard {
  readonly label: number;
  readonly device: string;
  readonly said: readonly number[] | null;
  readonly origin?: string;
}

function learn(list: readonly Heard[], roleCount = 3, chosen = list.map((_, index) => index)) {
  const roles = Array.from({ length: roleCount }, (_, role) => `Role${role}`);
  const examples = list.map(
    ({ label, device, origin }): RoleExample => ({
      file: 'a',
      label,
      device,
      ...(origin !== undefined && { origin }),
      rows: new Uint32Array(0),
      counts: new Float64Array(0),
    }),
  );
  const hints = list.map(({ said }) => (said === null ? null : Uint32Array.from(said)));
  return trainHints({ roles, examples }, hints, Uint32Array.from(chosen));
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const within = (least: number, value: number) => Math.min(1 - least, Math.max(least, value));

/** The same with a factor for every token that two devices say, one after the other. */
function slowAnswer(list: readonly Heard[], prior: readonly number[], said: readonly number[]) {
  const speaking = list.filter((heard) => (heard.said?.length ?? 0) > 0);
  const all = [...new Set(speaking.flatMap((heard) => heard.said ?? []))];
  const devicesOf = (some: readonly Heard[]) => [...new Set(some.map(({ device }) => device))];
  const known = all.filter((token) => devicesOf(speaking.filter((h) => h.said?.includes(token))).length >= 2);
  const sayers = (role: number, token: number) =>
    devicesOf(speaking.filter(({ label }) => label === role)).map((device) =>
      mean(
        speaking
          .filter((heard) => heard.device === device && heard.label === role)
          .map((heard) => (heard.said?.includes(token) ? 1 : 0)),
      ),
    );
  const heardRoles = prior.map((_, role) => role).filter((role) => sayers(role, 0).length > 0);
  const count = known.filter((token) => said.includes(token)).length;
  if (count === 0) return undefined;
  const products = prior.map((p, role) => {
    let ratio = 1;
    for (const token of known) {
      const usual = within(1e-3, mean(heardRoles.map((other) => mean(sayers(other, token)))));
      const own = sayers(role, token);
      const share = within(1e-4, (0.5 * usual + own.reduce((a, b) => a + b, 0)) / (0.5 + own.length));
      ratio *= said.includes(token) ? share / usual : (1 - share) / (1 - usual);
    }
    return p * ratio ** (0.2 / Math.sqrt(count));
  });
  return products.map((product) => product / products.reduce((a, b) => a + b, 0));
}

const even = Float64Array.of(1 / 3, 1 / 3, 1 / 3);

describe('what devices say as a second opinion', () => {
  it('is what one factor after the other makes of it', () => {
    const random = testRandom(7);
    let compared = 0;
    for (let run = 0; run < 60; run++) {
      const list = Array.from({ length: random.between(4, 14) }, (): Heard => {
        const device = random.below(6);
        const said = Array.from({ length: 8 }, (_, token) => token * 1000 + 5).filter(() =>
          random.chance(0.3),
        );
        return { label: device % 3, device: `d${device}`, said: random.chance(0.1) ? null : said };
      });
      const model = learn(list);
      const prior = [random.below(90) + 1, random.below(90) + 1, random.below(90) + 1];
      const scaled = prior.map((p) => p / prior.reduce((a, b) => a + b, 0));
      const said = [5, 1005, 3005, 77].filter(() => random.chance(0.6));
      const slow = slowAnswer(list, scaled, said);
      const answer = model && withHints(model, Float64Array.from(scaled), said);
      expect(answer === undefined).toBe(slow === undefined);
      for (const [role, p] of (answer ?? []).entries()) expect(p).toBeCloseTo(slow?.[role] ?? Number.NaN, 6);
      compared += answer === undefined ? 0 : 1;
    }
    expect(compared).toBeGreaterThan(20);
  });

  const list: Heard[] = [
    { label: 0, device: 'a', said: [10, 20] },
    { label: 0, device: 'b', said: [10] },
    { label: 1, device: 'c', said: [20, 30] },
    { label: 1, device: 'c', said: [30] },
    { label: 2, device: 'd', said: [] },
    { label: 2, device: 'e', said: null },
  ];

  it('speaks for the role whose devices say it, and leaves silent roles where they are', () => {
    const models = learn(list) as HintModel[];
    const [model] = models as [HintModel];
    expect(Array.from(model.tokens)).toEqual([10, 20]);
    const answer = withHints(models, even, [10]) as Float64Array;
    expect(answer[0]).toBeGreaterThan(answer[2] as number);
    expect(answer[2]).toBeGreaterThan(answer[1] as number);
    expect(model.silence[2]).toBe(0);
    expect([model.gains[2], model.gains[5]]).toEqual([0, 0]);
  });

  it('has no say where nothing known is said', () => {
    const models = learn(list) as HintModel[];
    expect(withHints(models, even, [])).toBeUndefined();
    expect(withHints(models, even, [30, 99])).toBeUndefined();
    expect(knownTokens(models, [30, 20, 99])).toEqual([20]);
  });

  it('is learnt from the chosen captures alone, and of tokens of two devices or more', () => {
    expect(learn(list, 3, [0, 2])?.[0]?.tokens).toEqual(Uint32Array.of(20));
    expect(learn(list, 3, [0, 4, 5])).toBeUndefined();
    expect(learn([...list, { label: 2, device: 'e', said: [30] }])?.[0]?.tokens).toEqual(
      Uint32Array.of(10, 20, 30),
    );
  });

  it('counts devices alike, however often they were captured', () => {
    const often = [...list, ...Array.from({ length: 20 }, () => list[0] as Heard)];
    expect(learn(often)).toEqual(learn(list));
  });

  const made = (vendor: string) => hintTokens([], vendor).map(({ hash }) => hash);

  it('learns what makers are known for by itself, from one device, and does not count what they are not known for', () => {
    const [speaker, printer] = [made('Sonos, Inc.'), made('Brother Industries, LTD.')];
    const models = learn([
      ...list,
      { label: 0, device: 'f', said: [...speaker] },
      { label: 1, device: 'g', said: [...printer, 20] },
    ]) as HintModel[];
    expect(models.map(({ tokens, weight }) => [tokens.length, weight])).toEqual([
      [2, hintDefaults.words.weight],
      [2, hintDefaults.makers.weight],
    ]);
    const [, makers] = models as [HintModel, HintModel];
    expect(Array.from(makers.silence)).toEqual([0, 0, 0]);
    // Usual is a half; of one device of the role that shows it, and a half like the mean: 1.25 / 1.5, of none 0.25 / 1.5.
    const likelier = [(1.25 / 1.5 / 0.5) ** 0.8, (0.25 / 1.5 / 0.5) ** 0.8, 1];
    const sum = likelier.reduce((a, b) => a + b, 0);
    const answer = withHints(models, even, made('Bose Corporation')) as Float64Array;
    for (const [role, p] of answer.entries()) expect(p).toBeCloseTo((likelier[role] as number) / sum, 6);
    // Both opinions are heard, one after the other.
    const both = withHints(models, even, [...speaker, 20]) as Float64Array;
    const first = withHints([models[0] as HintModel], even, [20]) as Float64Array;
    expect(Array.from(both)).toEqual(Array.from(withHints([makers], first, speaker) as Float64Array));
    expect(withHints(models, even, made('Axis Communications AB'))).toBeUndefined();
  });

  it('learns what names are known for by itself, too', () => {
    const named = (text: string) => hintTokens([{ kind: 'host-name', text }]).map(({ hash }) => hash);
    const models = learn([
      ...list,
      { label: 0, device: 'f', said: [...named('echo-dot'), ...made('Amazon Technologies Inc.')] },
      { label: 1, device: 'g', said: [...named('laserjet'), ...made('Brother Industries, LTD.')] },
    ]) as HintModel[];
    expect(models.map(({ weight }) => weight)).toEqual([0.2, 0.4, 0.8]);
    const answer = withHints(models, even, named('sonos-kitchen')) as Float64Array;
    const likelier = [(1.25 / 1.5 / 0.5) ** 0.4, (0.25 / 1.5 / 0.5) ** 0.4, 1];
    const sum = likelier.reduce((a, b) => a + b, 0);
    for (const [role, p] of answer.entries()) expect(p).toBeCloseTo((likelier[role] as number) / sum, 6);
  });

  it('learns nothing of names and makers from laboratories, which deal them out', () => {
    const speaker: Heard = { label: 0, device: 'f', said: made('Sonos, Inc.') };
    expect(learn([...list, speaker])).toHaveLength(2);
    expect(learn([...list, { ...speaker, origin: 'lab' }])).toEqual(learn(list));
    expect(learn([...list, { label: 2, device: 'f', origin: 'lab', said: [30] }])?.[0]?.tokens).toHaveLength(
      3,
    );
  });

  it('comes out of a bundle as it went in, and nothing crooked does', async () => {
    const models = learn([...list, { label: 0, device: 'f', said: made('Sonos, Inc.') }]) as HintModel[];
    const { meta, arrays } = encodeHints(models);
    expect(decodeHints(JSON.parse(JSON.stringify(meta)), arrays, 3)).toEqual(models);
    const [words, makers] = [
      { tokens: 2, weight: hintDefaults.words.weight },
      { tokens: 1, weight: hintDefaults.makers.weight },
    ];
    expect(meta).toEqual({ opinions: [words, makers] });
    const silence = { dtype: 'float32' as const, shape: [3], data: Float32Array.of(0, Number.NaN, 0) };
    const tokens = { dtype: 'uint32' as const, shape: [2], data: Uint32Array.of(20, 10) };
    const refused = [
      () => decodeHints({ opinions: [{ ...words, tokens: 3 }, makers] }, arrays, 3),
      () => decodeHints({ opinions: [words, { ...makers, weight: -1 }] }, arrays, 3),
      () => decodeHints({ opinions: [words, makers, makers] }, arrays, 3),
      () => decodeHints({ opinions: [] }, arrays, 3),
      () => decodeHints(words, arrays, 3),
      () => decodeHints({ opinions: [words, null] }, arrays, 3),
      () => decodeHints({ opinions: words }, arrays, 3),
      () => decodeHints(meta, arrays, 4),
      () => decodeHints(meta, { ...arrays, '1/silence': silence }, 3),
      () => decodeHints(meta, { ...arrays, '0/tokens': tokens }, 3),
    ];
    for (const make of refused) expect(await codeOf(make)).toBe('NML_MODEL_MANIFEST');
  });
});
