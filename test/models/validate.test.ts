import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { NetworkmlError } from '../../src/errors.js';
import { createRandom, type Random } from '../../src/math/index.js';
import { type BundleManifest, readManifest, validateManifest, writeBundle } from '../../src/models/index.js';
import { checkShape } from '../../src/models/validate.js';
import { sampleArrays, sampleManifest, temporaryDirectory } from './sample.js';

const directory = temporaryDirectory();
const schemaFile = new URL('../../schemas/bundle-v1.schema.json', import.meta.url);
const fitsSchema = new Ajv().compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

writeBundle(join(directory, 'sample'), sampleManifest(), sampleArrays());
const valid = readManifest(join(directory, 'sample')).manifest;

function changed(change: (manifest: BundleManifest) => void): BundleManifest {
  const copy = structuredClone(valid);
  change(copy);
  return copy;
}

function refusalOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof NetworkmlError) || error.code !== 'NML_MODEL_MANIFEST') throw error;
    return error.message;
  }
}

describe('a manifest that is refused', () => {
  const cases: [message: string, change: (manifest: BundleManifest) => void][] = [
    ['schema: not networkml/bundle/v1', (m) => Object.assign(m, { schema: 'networkml/bundle/v2' })],
    ['roles[1].id: not a string', (m) => Object.assign(m.roles[1]!, { id: 3 })],
    [
      'roles[0].title: not a text of 1 to 128 characters without control characters',
      (m) => {
        m.roles[0]!.title = '\u001b[31m';
      },
    ],
    ['roles[1].thin: missing', (m) => Reflect.deleteProperty(m.roles[1]!, 'thin')],
    ['roles: fewer than 1 items', (m) => m.roles.splice(0)],
    ['roles[1].id: there twice', (m) => Object.assign(m.roles[1]!, { id: 'Printer' })],
    ['roles[0].id: Unknown is a verdict, not a role', (m) => Object.assign(m.roles[0]!, { id: 'Unknown' })],
    ['training.captures: not a whole number', (m) => Object.assign(m.training, { captures: 1.5 })],
    [
      'training.devices: not between 0 and 9007199254740991',
      (m) => Object.assign(m.training, { devices: -1 }),
    ],
    ['training.figures["F 1"]: not a number', (m) => Object.assign(m.training.figures, { 'F 1': '1' })],
    [
      'training.options.a[0]: not a finite number',
      (m) => Object.assign(m.training.options, { a: [Number.NaN] }),
    ],
    ['extra: unknown key', (m) => Object.assign(m, { extra: 1 })],
    ['classifiers[0].code: unknown key', (m) => Object.assign(m.classifiers[0]!, { code: 'x' })],
    [
      'classifiers[0].arrays.weights: no array of that name',
      (m) => {
        m.classifiers[0]!.arrays.weights = 'nope';
      },
    ],
    [
      'defaultClassifier: not the kind of any classifier',
      (m) => Object.assign(m, { defaultClassifier: 'forest' }),
    ],
    ['behaviour: not an object', (m) => Object.assign(m, { behaviour: 'yes' })],
    ['temperature: not above 0', (m) => Object.assign(m, { temperature: 0 })],
    ['arrays[1].offset: 16 instead of 8', (m) => Object.assign(m.arrays[1]!, { offset: 16 })],
    [
      'arrays[0].bytes: 4, but its shape and element type need 5',
      (m) => Object.assign(m.arrays[0]!, { bytes: 4 }),
    ],
    ['data.file: not a plain file name inside the bundle', (m) => Object.assign(m.data, { file: '../x' })],
    ['data.bytes: not between 0 and 1073741824', (m) => Object.assign(m.data, { bytes: 2 ** 40 })],
  ];

  it.each(cases)('%s', (message, change) => {
    expect(refusalOf(() => validateManifest(changed(change)))).toBe(message);
  });

  it('nests without end, or has a key that JavaScript takes for something else', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 40; i += 1) deep = [deep];
    const nested = changed((m) => Object.assign(m.training.options, { deep }));
    expect(refusalOf(() => validateManifest(nested))).toContain('nested deeper than 32');
    const text = JSON.stringify(valid).replace('"options":{', '"options":{"__proto__":{"a":1},');
    expect(refusalOf(() => validateManifest(JSON.parse(text)))).toContain('not allowed');
  });

  it('is not even an object', () => {
    for (const value of [null, 1, 'x', [], true, undefined]) {
      expect(refusalOf(() => validateManifest(value))).toBe('not an object');
    }
  });
});

/** Every place in a JSON value: how to read what is there and how to put something else. */
function places(value: unknown, visit: (holder: Record<string, unknown>, key: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    visit(holder, key);
    places(holder[key], visit);
  }
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  7,
  1e300,
  2 ** 53,
  2 ** 30,
  2 ** 30 + 1,
  '',
  'x',
  'A/b',
  '..',
  'ü',
  '\n',
  'a\u0085',
  'x'.repeat(128),
  'x'.repeat(129),
  '\u{1f600}'.repeat(128),
  'f'.repeat(64),
  'F'.repeat(64),
  [],
  [1],
  ['x'],
  [[]],
  {},
  { a: 1 },
  'float16',
  'uint8',
  'networkml/bundle/v1',
  Array.from({ length: 9 }, () => 1),
];

function mutate(manifest: BundleManifest, random: Random): void {
  const found: [Record<string, unknown>, string][] = [];
  places(manifest, (holder, key) => found.push([holder, key]));
  const [holder, key] = found[random.below(found.length)]!;
  const what = random.below(5);
  if (what === 0 && !Array.isArray(holder)) Reflect.deleteProperty(holder, key);
  else if (what === 1 && !Array.isArray(holder))
    holder[`${key}x`] = structuredClone(STRANGE[random.below(STRANGE.length)]);
  else holder[key] = structuredClone(STRANGE[random.below(STRANGE.length)]);
}

describe('validator and schema', () => {
  it('agree on 20,000 mutated manifests', () => {
    const random = createRandom(2);
    const counts = { valid: 0, refused: 0 };
    for (let round = 0; round < 20_000; round += 1) {
      const mutant = changed((manifest) => {
        for (let i = random.below(3); i >= 0; i -= 1) mutate(manifest, random);
      });
      const refusal = refusalOf(() => checkShape(mutant));
      const fits = fitsSchema(mutant);
      if (fits !== (refusal === null)) {
        const said = JSON.stringify(fitsSchema.errors);
        expect.fail(`validator: ${refusal}, schema: ${said}, for ${JSON.stringify(mutant)}`);
      }
      counts[refusal === null ? 'valid' : 'refused'] += 1;
    }
    expect(counts.valid).toBeGreaterThan(1000);
    expect(counts.refused).toBeGreaterThan(5000);
  });

  it.each<[number, (manifest: BundleManifest) => unknown[]]>([
    [4096, (manifest) => manifest.roles],
    [64, (manifest) => manifest.classifiers],
    [64, (manifest) => manifest.behaviour!.views],
    [65_536, (manifest) => manifest.arrays],
    [8, (manifest) => manifest.arrays[0]!.shape],
  ])('agree that a list has %i items at most', (most, listOf) => {
    for (const length of [most, most + 1]) {
      const long = changed((manifest) => {
        const list = listOf(manifest);
        while (list.length < length) list.push(structuredClone(list[0]));
      });
      expect(refusalOf(() => checkShape(long)) === null).toBe(length === most);
      expect(fitsSchema(long)).toBe(length === most);
    }
  });

  it('accept what is written', () => {
    expect(fitsSchema(valid)).toBe(true);
    expect(validateManifest(valid)).toEqual(valid);
  });
});
