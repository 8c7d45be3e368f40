import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/math/index.js';
import {
  allExamples,
  layersModelWeightFiles,
  type OneLayerModel,
  oneLayerProbabilities,
  readLayersModel,
  trainOneLayer,
  writeLayersModel,
} from '../../../src/roles/index.js';
import { columnCount, denseRow, syntheticSet } from '../synthetic.js';
import { realTensorFlow } from './real-tensorflow.js';
import { refusal } from './refusal.js';

type Real = Awaited<ReturnType<typeof realTensorFlow>>;
let real: Real;
beforeAll(async () => {
  real = await realTensorFlow();
});

const set = syntheticSet();
const trained = trainOneLayer(set, allExamples(set), { seed: 3, hidden: 7, epochs: 60 });

/** JSON of which a test knows what is in it. */
// biome-ignore lint/suspicious/noExplicitAny: every level of it would have to be declared
type Loose = Record<string, any>;

function parsed(model: OneLayerModel): { json: Loose; weights: Uint8Array; about: unknown } {
  const files = writeLayersModel(model);
  return {
    json: JSON.parse(files.get('model.json') as string),
    weights: files.get('weights.bin') as Uint8Array,
    about: JSON.parse(files.get('networkml.json') as string),
  };
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

/** All rows of the set in full. */
const dense = () => Array.from({ length: set.rows.rowCount }, (_, row) => denseRow(set.rows, row));

describe('a LayersModel', () => {
  it('gives the same probabilities in the real library', async () => {
    const { json, weights } = parsed(trained);
    const { modelTopology, weightsManifest, userDefinedMetadata } = json;
    const model = await real.layers.loadLayersModel({
      load: async () => ({
        modelTopology,
        weightSpecs: weightsManifest[0].weights,
        weightData: weights.slice().buffer,
        userDefinedMetadata,
      }),
    });
    const output = model.predict(real.tf.tensor2d(dense())) as { dataSync(): Float32Array };
    const own = oneLayerProbabilities(trained, set.rows);
    expect(output.dataSync()).toHaveLength(own.length);
    expect(furthest(output.dataSync(), own)).toBeLessThan(1e-5);
  });

  it('of the real library gives the same probabilities here', async () => {
    const { layers, tf } = real;
    const net = layers.sequential({
      layers: [
        layers.layers.dense({ units: 6, inputShape: [columnCount], activation: 'relu' }),
        layers.layers.dropout({ rate: 0.5 }),
        layers.layers.dense({ units: 3, activation: 'softmax', useBias: false }),
      ],
    });
    const random = createRandom(9);
    net.setWeights(
      net.getWeights().map((weight) =>
        tf.tensor(
          Float32Array.from({ length: weight.size }, () => random.normal()),
          weight.shape,
        ),
      ),
    );
    let saved: Loose = {};
    await net.save({
      save: async (artifacts) => {
        saved = artifacts as Loose;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      },
    });
    const json = {
      modelTopology: saved.modelTopology,
      weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: saved.weightSpecs }],
    };
    const about = { layout: 'synthetic/1', columnCount, roles: ['Role0', 'Role1', 'Role2'] };
    expect(layersModelWeightFiles(json)).toEqual(['group1-shard1of1.bin']);
    const model = readLayersModel(json, new Uint8Array(saved.weightData), about);
    const theirs = (net.predict(tf.tensor2d(dense())) as { dataSync(): Float32Array }).dataSync();
    const own = oneLayerProbabilities(model, set.rows);
    expect(theirs).toHaveLength(own.length);
    expect(furthest(theirs, own)).toBeLessThan(1e-5);
  });

  it('comes back as it was written', () => {
    const { json, weights } = parsed(trained);
    expect(readLayersModel(json, weights)).toEqual(trained);
  });

  it('names roles and layout beside it, and columns where it knows their names', () => {
    expect(parsed(trained).about).toEqual({
      schema: 'networkml/exchange/v1',
      source: 'one-layer',
      layout: 'synthetic/1',
      columnCount,
      roles: ['Role0', 'Role1', 'Role2'],
    });
    const known = parsed({ ...trained, layout: 'port-protocol-4104/1', columnCount: 4104 });
    expect((known.about as { columns: string[] }).columns).toHaveLength(4104);
    expect((known.about as { columns: string[] }).columns[24]).toContain('port 25');
    expect(known.weights.length).toBe(4 * (4104 * 7 + 7 + 7 * 3 + 3));
  });

  it('is read as converters from Keras write it', () => {
    const { json, weights, about } = parsed(trained);
    const { modelTopology, weightsManifest } = json;
    const [group] = weightsManifest;
    const converted = {
      modelTopology: { keras_version: '2.11.0', model_config: modelTopology },
      weightsManifest: [
        { paths: ['a.bin'], weights: group.weights.slice(0, 2) },
        {
          paths: ['b.bin', 'c.bin'],
          weights: group.weights
            .slice(2)
            .map((each: { name: string }) => ({ ...each, name: `one_layer/${each.name}` })),
        },
      ],
    };
    expect(layersModelWeightFiles(converted)).toEqual(['a.bin', 'b.bin', 'c.bin']);
    expect(readLayersModel(converted, weights, about)).toEqual(trained);
  });
});

describe('a model that is not one of these', () => {
  const change = (path: string, value: unknown) => {
    const { json, weights, about } = parsed(trained);
    const keys = path.split('.');
    let at = json;
    for (const key of keys.slice(0, -1)) at = at[key];
    if (value === undefined) delete at[keys.at(-1) as string];
    else at[keys.at(-1) as string] = value;
    return { json, weights, about };
  };
  it.each([
    ['modelTopology', undefined, 'modelTopology is not an object'],
    ['modelTopology.class_name', 'Functional', 'the model is "Functional", not Sequential'],
    ['modelTopology.config.layers.0.class_name', 'LSTM', 'a layer is LSTM'],
    ['modelTopology.config.layers.0.config.activation', 'tanh', 'the layers end in tanh and softmax'],
    ['modelTopology.config.layers.1.config.units', 4, '4 outputs for 3 roles'],
    ['modelTopology.config.layers', [], '0 dense layers'],
    ['weightsManifest.0.weights.0.dtype', 'int32', 'weight hidden/kernel is not of plain 32-bit floats'],
    ['weightsManifest.0.weights.0.quantization', {}, 'weight hidden/kernel is not of plain 32-bit floats'],
    ['weightsManifest.0.weights.0.name', 'other/kernel', 'there is not one weight hidden/kernel'],
    ['weightsManifest.0.weights.0.shape', [7, 30], 'hidden/kernel is [7,30], not [30,7]'],
    ['weightsManifest.0.weights.0.shape', [29, 7], 'bytes of weights instead of'],
    ['userDefinedMetadata.networkml.roles', ['Role0', 'Role0'], 'roles are not two different names'],
    ['userDefinedMetadata', undefined, 'networkml.json is missing'],
  ])('is refused: %s = %j', (path, value, said) => {
    const { json, weights } = change(path, value);
    const error = refusal(() => readLayersModel(json, weights));
    expect(error.code).toBe('NML_MODEL_EXCHANGE');
    expect(error.message).toContain(said);
  });

  it.each(['../secret.bin', '/etc/passwd', 'a/b.bin', '', '.hidden'])(
    'with weights at %j is refused',
    (path) => {
      const { json } = change('weightsManifest.0.paths', [path]);
      expect(refusal(() => layersModelWeightFiles(json)).code).toBe('NML_MODEL_EXCHANGE');
    },
  );

  it('because of its numbers is refused', () => {
    const { json, weights } = parsed(trained);
    const broken = weights.slice();
    new DataView(broken.buffer).setFloat32(0, Number.NaN, true);
    expect(refusal(() => readLayersModel(json, broken)).message).toBe('weight hidden/kernel holds NaN');
    expect(refusal(() => readLayersModel(json, new Uint8Array(weights.length))).message).toContain(
      'are zero',
    );
  });
});
