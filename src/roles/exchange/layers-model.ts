/**
 * The one-layer network as a TensorFlow.js LayersModel, written: `model.json` (topology in the form of Keras, manifest of
 * weights) and one file of little-endian 32-bit floats (https://www.tensorflow.org/js/guide/save_load). The network is
 * `Sequential` of two `Dense` layers and takes whole vectors of the layout, so that anybody can feed it without knowing
 * which columns occurred in training; those that did not have weights of zero.
 */

import type { OneLayerModel } from '../one-layer.js';
import { ABOUT_FILE, aboutFile, aboutMetadata } from './about.js';

/** Names of the two files of the format. */
export const layersModelFiles = { model: 'model.json', weights: 'weights.bin' } as const;

/** Name of the hidden and of the output layer. */
const layerNames = { hidden: 'hidden', output: 'roles' } as const;

/** Files by name: text or bytes. */
export type ExchangeFiles = ReadonlyMap<string, string | Uint8Array>;

/** The network as files of a LayersModel, with `networkml.json` beside them. */
export function writeLayersModel(model: OneLayerModel): ExchangeFiles {
  const { columnCount, hidden, roles } = model;
  const topology = {
    format: 'layers-model',
    generatedBy: 'networkml',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: {
        name: 'one_layer',
        layers: [
          dense(layerNames.hidden, hidden, 'relu', { batch_input_shape: [null, columnCount] }),
          dense(layerNames.output, roles.length, 'softmax'),
        ],
      },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [
      {
        paths: [layersModelFiles.weights],
        weights: [
          { name: `${layerNames.hidden}/kernel`, shape: [columnCount, hidden], dtype: 'float32' },
          { name: `${layerNames.hidden}/bias`, shape: [hidden], dtype: 'float32' },
          { name: `${layerNames.output}/kernel`, shape: [hidden, roles.length], dtype: 'float32' },
          { name: `${layerNames.output}/bias`, shape: [roles.length], dtype: 'float32' },
        ],
      },
    ],
    userDefinedMetadata: { networkml: aboutMetadata(model) },
  };
  return new Map<string, string | Uint8Array>([
    [layersModelFiles.model, `${JSON.stringify(topology, null, 1)}\n`],
    [layersModelFiles.weights, weightBytes(model)],
    [ABOUT_FILE, `${JSON.stringify(aboutFile(model, 'one-layer'), null, 1)}\n`],
  ]);
}

function dense(
  name: string,
  units: number,
  activation: string,
  input: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    class_name: 'Dense',
    config: {
      name,
      trainable: true,
      ...input,
      dtype: 'float32',
      units,
      activation,
      use_bias: true,
      // Only read when somebody trains on from new weights.
      kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
      bias_initializer: { class_name: 'Zeros', config: {} },
    },
  };
}

/** All weights in the order of the manifest, the first layer over the whole width of the layout. */
function weightBytes({ columnCount, columns, hidden, w1, b1, w2, b2 }: OneLayerModel): Uint8Array {
  const at = columnCount * hidden;
  const view = new DataView(new ArrayBuffer(4 * (at + b1.length + w2.length + b2.length)));
  columns.forEach((column, index) => {
    for (let j = 0; j < hidden; j++) {
      view.setFloat32(4 * (column * hidden + j), w1[index * hidden + j] as number, true);
    }
  });
  let offset = 4 * at;
  for (const part of [b1, w2, b2]) {
    for (const value of part) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return new Uint8Array(view.buffer);
}
