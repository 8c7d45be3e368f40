import { createRequire } from 'node:module';

/** The real library, as CommonJS: its ES modules lack file extensions. Its own note about speed is kept out of the output. */
const require = createRequire(import.meta.url);

type Core = typeof import('@tensorflow/tfjs-core');
type Layers = typeof import('@tensorflow/tfjs-layers');

export async function realTensorFlow(): Promise<{ tf: Core; layers: Layers }> {
  const said = console.warn;
  console.warn = () => {};
  try {
    const tf = require('@tensorflow/tfjs-core') as Core;
    require('@tensorflow/tfjs-backend-cpu');
    tf.env().set('IS_TEST', true);
    const layers = require('@tensorflow/tfjs-layers') as Layers;
    await tf.ready();
    return { tf, layers };
  } finally {
    console.warn = said;
  }
}
