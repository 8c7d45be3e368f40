export { type Corpus, type LabelledObservation, readCorpus, type StepProgress } from './corpus.js';
export { type EvaluateOptions, evaluate } from './evaluate.js';
export {
  type ExchangeFormat,
  type ExchangeSummary,
  exchangeFormats,
  exportClassifier,
  type ImportOptions,
  importClassifier,
} from './exchange.js';
export { expandInputs, type Input } from './inputs.js';
export { type LoadedBundle, loadBundle } from './loaded-bundle.js';
export { type Observation, type ObserveOptions, observe } from './observe.js';
export { type Progress, predictCapture } from './predict.js';
export { type PredictOptions, predict } from './predict-library.js';
export { formatMoment, secondsBetween } from './records.js';
export { libraryVersion, type TrainOptions, type TrainSummary, trainBundle } from './train.js';
