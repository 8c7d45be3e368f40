/** Models in the formats of other libraries. */
export { ABOUT_FILE, type ModelAbout } from './about.js';
export { type ExchangeFiles, layersModelFiles, writeLayersModel } from './layers-model.js';
export { layersModelWeightFiles, readLayersModel } from './layers-model-read.js';
export { FOREST_FILE, writeForestJson } from './random-forest-json.js';
export { readForestJson } from './random-forest-json-read.js';
export { loadTensorFlow, type TensorFlow, tensorFlowOptimiser } from './tensorflow.js';
