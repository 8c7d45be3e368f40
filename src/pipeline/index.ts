export { type BehaviourEvaluateOptions, evaluateBehaviourOf } from './behaviour-evaluate.js';
export { type Corpus, type LabelledObservation, readCorpus, type StepProgress } from './corpus.js';
export { type LearnOptions, type LearntDetector, learnDetector } from './detect-learn.js';
export { type DetectorModel, modelText, parseDetector, readDetector, tailOf } from './detect-model.js';
export type {
  DetectFigures,
  DetectLearnRecord,
  DetectorFile,
  DetectRecord,
  DetectTraining,
  DetectUnit,
  SessionStatistics,
  ThresholdRecord,
} from './detect-records.js';
export { scoreCapture } from './detect-score.js';
export {
  type DetectFeatures,
  type DetectFeatureWish,
  type DetectRows,
  featureColumns,
  featuresName,
  fitUnits,
  isFlowShape,
  labelledAll,
  readUncut,
  type UncutCapture,
  unitsBy,
} from './detect-units.js';
export { deviceAnswer, deviceNameOf, earliest, latest } from './device-answer.js';
export { type DeviceSummaries, deviceSummaries } from './device-summary.js';
export { type EnrollOptions, type EnrollSummary, enrollCaptures } from './enroll.js';
export { type EvaluateOptions, evaluate } from './evaluate.js';
export type { EvaluationUnit } from './evaluation-groups.js';
export type { ControlName, StudyName } from './evaluation-studies.js';
export {
  type ExchangeFormat,
  type ExchangeSummary,
  exchangeFormats,
  exportClassifier,
  type ImportOptions,
  importClassifier,
} from './exchange.js';
export type {
  FeaturesRecord,
  FlowFeaturesRecord,
  Networkml04Record,
  PortProtocolRecord,
} from './feature-records.js';
export {
  appendRecord,
  type FeatureTableForm,
  featureBatch,
  flowTableColumns,
  portProtocolTableColumns,
} from './feature-tables.js';
export type { FeatureCaptureOptions } from './features-capture.js';
export {
  type CutCapture,
  cutByShape,
  type FlowCapture,
  type FlowCutting,
  type FlowKind,
  type FlowLabels,
  type FlowShape,
  fitFlows,
  forEachFlowRecord,
  parseFlowShape,
  readFlowLabelFile,
  readFlows,
} from './features-flows.js';
export { type Networkml04FeatureOptions, networkml04Records } from './features-networkml-04.js';
export { type PortProtocolOptions, portProtocolRecords } from './features-port-protocol.js';
export { expandInputs, type Input } from './inputs.js';
export { bundleTitles, type LoadedBundle, loadBundle, loadedBundle } from './loaded-bundle.js';
export { type Observation, type ObserveOptions, observe } from './observe.js';
export { type PacketTableOptions, packetColumns, readPacketTable } from './packets.js';
export { checkReadsNames, type Progress, predictCapture } from './predict.js';
export { type PredictOptions, predict } from './predict-library.js';
export { type NotRead, type ReadCapturesOptions, readCaptures } from './read-captures.js';
export { formatMoment, secondsBetween } from './records.js';
export { deviceRowsOf, roleSets } from './role-sets.js';
export { type SessionColumnOptions, SessionRows, sessionColumns } from './session-rows.js';
export { CaptureMeter, type MeterCaptureOptions, type MeterCapturesOptions } from './sessions.js';
export { libraryVersion, type TrainOptions, type TrainSummary, trainBundle } from './train.js';
export type { CaptureLabel, CountedVector, DeviceFrom, TrainingCapture } from './training-capture.js';
export {
  appendHintRows,
  appendTrainingCapture,
  type HeldHints,
  TRAINING_LAYOUT,
  trainingBatch,
  trainingColumns,
} from './training-table.js';
export { readTrainingTable } from './training-table-read.js';
