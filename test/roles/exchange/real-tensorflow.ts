import { createRequire } from 'node:module';

/** The real library, as CommonJS: its ES modules lack file extensions. Its own note about speed is kept out of the output. */
const require = createRequire(import.meta.url);

/** A tensor, as far as tests look at it. */
export interface RealTensor {
  dataSync(): Float32Array;
}

/** A model of the real library, as far as tests use it. */
export interface RealModel {
  predict(input: RealTensor): RealTensor;
  getWeights(): RealTensor[];
  setWeights(weights: RealTensor[]): void;
  setUserDefinedMetadata(metadata: unknown): void;
  compile(settings: unknown): void;
  fit(x: RealTensor, y: RealTensor, settings: unknown): Promise<{ history: { loss: number[] } }>;
  save(handler: unknown): Promise<unknown>;
}

type Core = typeof import('@tensorflow/tfjs-core');
type Layers = typeof import('@tensorflow/tfjs-layers');

export async function realTensorFlow(): Promise<{ tf: Core; layers: Layers }> {
  const said = console.warn;
  console.warn = () => {};
  try {
    const tf = require('@tensorflow/tfjs-core') as Core;
    require('@tensorflow/tfjs-backend-cpu');
    const layers = require('@tensorflow/tfjs-layers') as Layers;
    await tf.ready();
    return { tf, layers };
  } finally {
    console.warn = said;
  }
}
