/**
 * A TensorFlow.js LayersModel, read: of our own making, saved by TensorFlow.js (`model.save('file://...')`), or converted
 * from Keras 2. Nothing in it is executed, and what is more than a network of one hidden layer is refused by name.
 */

import type { OneLayerModel } from '../one-layer.js';
import { type ModelAbout, readAbout } from './about.js';
import { listAt, objectAt, refuse, textAt, type Untrusted, wholeAt } from './json.js';

/** One fully connected layer of the topology. */
interface DenseLayer {
  readonly name: string;
  readonly units: number;
  readonly activation: string;
  readonly hasBias: boolean;
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Place of its first value in all the weights. */
  readonly at: number;
  readonly length: number;
}

/** A name of a file in the same directory: never a path. */
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * The files of weights that a `model.json` names, in their order; joined they are what `readLayersModel` wants.
 *
 * @param model the parsed JSON.
 * @throws NetworkmlError `NML_MODEL_EXCHANGE`, also for names that lead elsewhere.
 */
export function layersModelWeightFiles(model: unknown): string[] {
  const groups = listAt(objectAt(model, 'model.json').weightsManifest, 'weightsManifest');
  return groups.flatMap((group) =>
    listAt(objectAt(group, 'a group of weightsManifest').paths, 'paths').map((path) => {
      const name = textAt(path, 'a path of weights');
      if (!PLAIN_NAME.test(name))
        refuse(`weights at ${JSON.stringify(name)} are not in a file beside model.json`);
      return name;
    }),
  );
}

/**
 * Puts a one-layer network together from a LayersModel: `Sequential` with `Dense` (relu) and `Dense` (softmax), with or
 * without an `InputLayer`, `Dropout` anywhere (it does nothing in use). Columns with weights of zero only are left out.
 *
 * @param model the parsed `model.json`.
 * @param weights the bytes of all files of weights one after another.
 * @param beside the parsed `networkml.json`; needed for models that do not carry its content in `userDefinedMetadata`.
 * @throws NetworkmlError `NML_MODEL_EXCHANGE`
 */
export function readLayersModel(model: unknown, weights: Uint8Array, beside?: unknown): OneLayerModel {
  const root = objectAt(model, 'model.json');
  const about = aboutOf(root, beside);
  const [first, second] = denseLayers(root);
  if (first.activation !== 'relu' || second.activation !== 'softmax') {
    refuse(`the layers end in ${first.activation} and ${second.activation}, not in relu and softmax`);
  }
  if (second.units !== about.roles.length) {
    refuse(`${second.units} outputs for ${about.roles.length} roles`);
  }
  const entries = weightEntries(root);
  const total = entries.reduce((sum, { length }) => sum + length, 0);
  if (weights.length !== 4 * total) refuse(`${weights.length} bytes of weights instead of ${4 * total}`);
  const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength);
  const part = (layer: DenseLayer, kind: 'kernel' | 'bias', shape: readonly number[]): Float32Array =>
    kind === 'bias' && !layer.hasBias
      ? new Float32Array(shape[0] as number)
      : valuesOf(view, entryOf(entries, layer.name, kind, shape));
  const { columnCount, layout, roles } = about;
  const kernel = part(first, 'kernel', [columnCount, first.units]);
  return {
    kind: 'one-layer',
    layout,
    roles,
    columnCount,
    hidden: first.units,
    ...usedColumns(kernel, first.units),
    b1: part(first, 'bias', [first.units]),
    w2: part(second, 'kernel', [first.units, roles.length]),
    b2: part(second, 'bias', [roles.length]),
  };
}

function aboutOf(root: Untrusted, beside: unknown): ModelAbout {
  const metadata = root.userDefinedMetadata;
  const inside =
    typeof metadata === 'object' && metadata !== null ? (metadata as Untrusted).networkml : undefined;
  if (inside !== undefined) return readAbout(inside, 'userDefinedMetadata.networkml');
  if (beside === undefined) {
    refuse(
      'the model does not say which vectors it reads and what its outputs are: networkml.json is missing',
    );
  }
  return readAbout(beside);
}

function denseLayers(root: Untrusted): [DenseLayer, DenseLayer] {
  const topology = objectAt(root.modelTopology, 'modelTopology');
  // Converters from Keras put the model one level deeper.
  const net =
    topology.model_config === undefined ? topology : objectAt(topology.model_config, 'model_config');
  if (net.class_name !== 'Sequential')
    refuse(`the model is ${JSON.stringify(net.class_name)}, not Sequential`);
  // Keras before 2.2.3 had the list of layers itself as the configuration.
  const config = net.config;
  const layers = Array.isArray(config) ? config : listAt(objectAt(config, 'config').layers, 'layers');
  const dense: DenseLayer[] = [];
  for (const each of layers) {
    const layer = objectAt(each, 'a layer');
    const kind = textAt(layer.class_name, 'class_name of a layer');
    if (kind === 'InputLayer' || kind === 'Dropout') continue;
    if (kind !== 'Dense') refuse(`a layer is ${kind}; only Dense, Dropout and InputLayer can be taken over`);
    const about = objectAt(layer.config, 'config of a layer');
    dense.push({
      name: textAt(about.name, 'name of a layer'),
      units: wholeAt(about.units, 'units of a layer', 1),
      activation: textAt(about.activation, 'activation of a layer'),
      hasBias: about.use_bias !== false,
    });
  }
  const [first, second] = dense;
  if (first === undefined || second === undefined || dense.length > 2) {
    refuse(`${dense.length} dense layers; a one-layer network has a hidden and an output layer`);
  }
  return [first, second];
}

function weightEntries(root: Untrusted): WeightEntry[] {
  let at = 0;
  return listAt(root.weightsManifest, 'weightsManifest').flatMap((group) =>
    listAt(objectAt(group, 'a group of weightsManifest').weights, 'weights').map((each) => {
      const entry = objectAt(each, 'an entry of weightsManifest');
      const name = textAt(entry.name, 'name of a weight');
      if (entry.dtype !== 'float32' || entry.quantization !== undefined) {
        refuse(`weight ${name} is not of plain 32-bit floats`);
      }
      const shape = listAt(entry.shape, `shape of ${name}`).map((n) => wholeAt(n, `shape of ${name}`, 1));
      const length = shape.reduce((product, n) => product * n, 1);
      at += length;
      return { name, shape, at: at - length, length };
    }),
  );
}

function entryOf(
  entries: readonly WeightEntry[],
  layer: string,
  kind: 'kernel' | 'bias',
  shape: readonly number[],
): WeightEntry {
  // Converters put the name of the model or of the layer in front once more: `sequential/hidden/kernel`.
  const wanted = `${layer}/${kind}`;
  const found = entries.filter(({ name }) => name === wanted || name.endsWith(`/${wanted}`));
  const [entry] = found;
  if (entry === undefined || found.length > 1) refuse(`there is not one weight ${wanted}`);
  if (entry.shape.length !== shape.length || shape.some((n, i) => entry.shape[i] !== n)) {
    refuse(`${wanted} is [${entry.shape}], not [${shape}]`);
  }
  return entry;
}

function valuesOf(view: DataView, { name, at, length }: WeightEntry): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const value = view.getFloat32(4 * (at + i), true);
    if (!Number.isFinite(value)) refuse(`weight ${name} holds ${value}`);
    return value;
  });
}

/** The rows of the first kernel that are not all zero. */
function usedColumns(kernel: Float32Array, hidden: number): { columns: Uint32Array; w1: Float32Array } {
  const used: number[] = [];
  for (let column = 0; column * hidden < kernel.length; column++) {
    if (kernel.subarray(column * hidden, (column + 1) * hidden).some((value) => value !== 0))
      used.push(column);
  }
  if (used.length === 0) refuse('all weights of the hidden layer are zero');
  const w1 = new Float32Array(used.length * hidden);
  used.forEach((column, index) => {
    w1.set(kernel.subarray(column * hidden, (column + 1) * hidden), index * hidden);
  });
  return { columns: Uint32Array.from(used), w1 };
}
