/** Numeric kernels without domain words. */
export {
  applyConfidence,
  applyTemperature,
  type ConfidenceScale,
  fitConfidence,
  temperatureBounds,
} from './calibration.js';
export { type FoldRequest, groupedFolds } from './folds.js';
export { type RealPartTransform, realPartTransform } from './fourier.js';
export {
  adamConstants,
  type LayerBatch,
  type LayerParameters,
  type LayerTraining,
  layerParameters,
  trainLayers,
} from './layer-training.js';
export {
  averagePrecision,
  type BalancedShare,
  balancedShare,
  balancedWeights,
  type ClassScore,
  classScores,
  confusionMatrix,
  expectedCalibrationError,
  hitsWithin,
  labelRanks,
  type Mask,
  macroF1,
  type ReliabilityBin,
  reliabilityBins,
  shareOfHits,
  topClasses,
  weightedAreaUnderRoc,
} from './metrics.js';
export {
  createRandom,
  type Random,
  sampleWithoutReplacement,
  shuffle,
  weightedSampleWithoutReplacement,
} from './random.js';
export { narrowRows, type SparseRows, SparseRowsBuilder, sparseVector, usedColumns } from './sparse.js';
export * from './statistics.js';
