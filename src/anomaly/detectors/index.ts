/** Other detectors of strange rows, for any table of numbers (Yang, Kpotufe, Feamster, arXiv 2006.16993, and SOS). */
export {
  type DenseTable,
  type DetectorArrays,
  type DetectorSettings,
  pickRows,
  type RowScorer,
} from './dense-table.js';
export {
  type DetectorName,
  type DetectorWish,
  detectorDefaults,
  detectorNames,
  detectorScorer,
  detectorSettings,
  type FittedDetector,
  fitDetector,
  largestScore,
  scoresOfUnseen,
  scoreTable,
} from './detector.js';
export { automaticThreshold, quantileOf } from './threshold.js';
