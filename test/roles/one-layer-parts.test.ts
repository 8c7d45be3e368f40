import { describe, expect, it } from 'vitest';
import {
  allExamples,
  decodeOneLayer,
  type EncodedArray,
  type EncodedClassifier,
  encodeOneLayer,
  trainOneLayer,
} from '../../src/roles/index.js';
import { syntheticSet } from './synthetic.js';

const set = syntheticSet();
const model = trainOneLayer(set, allExamples(set), { seed: 1, hidden: 4, epochs: 3 });
const { meta, arrays } = encodeOneLayer(model);

const refused = (part: EncodedClassifier) =>
  expect(() => decodeOneLayer(part.meta, part.arrays)).toThrowError(
    expect.objectContaining({ code: 'NML_MODEL_MANIFEST' }),
  );

describe('encodeOneLayer and decodeOneLayer', () => {
  it('give the same model back, through JSON for the meta part', () => {
    expect(decodeOneLayer(JSON.parse(JSON.stringify(meta)), arrays)).toEqual(model);
  });

  it('state shapes and types that fit the data', () => {
    expect(meta).toEqual({
      kind: 'one-layer',
      layout: 'synthetic/1',
      roles: ['Role0', 'Role1', 'Role2'],
      columnCount: 30,
      columns: 12,
      hidden: 4,
      classes: 3,
    });
    const shapes = Object.entries(arrays).map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`);
    expect(shapes).toEqual([
      'columns uint32 12',
      'w1 float32 12,4',
      'b1 float32 4',
      'w2 float32 4,3',
      'b2 float32 3',
    ]);
  });

  it.each([
    ['another classifier', { kind: 'random-forest' }],
    ['no layout', { layout: '' }],
    ['a layout that is no name', { layout: 3 }],
    ['roles that are no list', { roles: 'Role0' }],
    ['one role', { roles: ['Role0'], classes: 1 }],
    ['a role twice', { roles: ['A', 'B', 'A'] }],
    ['a role that is no name', { roles: ['A', 'B', 7] }],
    ['an empty role', { roles: ['A', 'B', ''] }],
    ['more roles than weights', { roles: ['A', 'B', 'C', 'D'], classes: 4 }],
    ['classes that differ from the roles', { classes: 2 }],
    ['hidden units that differ from the weights', { hidden: 5 }],
    ['no hidden units', { hidden: 0 }],
    ['broken hidden units', { hidden: 1.5 }],
    ['hidden units as text', { hidden: '4' }],
    ['columns that differ', { columns: 11 }],
    ['a layout narrower than a column', { columnCount: 29 }],
    ['hidden units missing', { hidden: undefined }],
  ])('refuses %s', (_, change) => {
    refused({ meta: { ...meta, ...change }, arrays });
  });

  const changed = (name: string, change: Partial<EncodedArray>): EncodedClassifier => ({
    meta,
    arrays: { ...arrays, [name]: { ...arrays[name], ...change } as EncodedArray },
  });
  const badWeight = Float32Array.from(model.w1);
  badWeight[3] = Number.NaN;
  const unordered = Uint32Array.from(model.columns).reverse();

  it.each([
    ['a transposed array', changed('w2', { shape: [3, 4] })],
    ['a shape too many', changed('w2', { shape: [4, 3, 1] })],
    ['a flat shape', changed('w2', { shape: [12] })],
    ['data shorter than its shape', changed('b1', { data: model.b1.slice(1) })],
    ['data of another type', changed('b1', { dtype: 'uint32' })],
    ['data that only claims its type', changed('b1', { data: new Uint32Array(4) })],
    ['a weight that is no number', changed('w1', { data: badWeight })],
    ['columns out of order', changed('columns', { data: unordered })],
    ['a surplus array', { meta, arrays: { ...arrays, w3: arrays.b1 } }],
    [
      'a missing array',
      { meta, arrays: Object.fromEntries(Object.entries(arrays).filter(([n]) => n !== 'b2')) },
    ],
    ['no array at all', { meta, arrays: {} }],
  ])('refuses %s', (_, part) => {
    refused(part);
  });
});
