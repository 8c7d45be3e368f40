/** Vectors to roles: training, averaging, the Unknown rule, evaluation, explanation. */
export { type Aggregate, averageProbabilities, type RankedProbability, rankRoles } from './aggregate.js';
export type { AnsweredCaptures } from './answered-captures.js';
export { type Calibrated, fitRoleConfidence } from './calibrate.js';
export {
  averagingClassifier,
  oneLayerClassifier,
  type RoleClassifier,
  type SessionCounts,
} from './classifier.js';
export {
  type CrossValidationOptions,
  type GroupedRequest,
  leaveDevicesOut,
  leaveGroupsOut,
  type OutOfFold,
  type RoleTrainer,
} from './cross-validate.js';
export type { DeviceFigures } from './device-figures.js';
export type { CountedRows, DeviceRows, RowTables } from './device-rows.js';
export {
  answerDevices,
  type DeviceAnswers,
  deviceProbabilities,
  type EnsembleModel,
  type EnsembleShares,
  type RoleModel,
} from './ensemble.js';
export { decodeEnsemble, encodeEnsemble } from './ensemble-parts.js';
export {
  type ClassifierKind,
  classifierKind,
  classifierKinds,
  type RoleSets,
  type RoleTrainingOptions,
  roleTrainingDefaults,
  trainRoleModel,
} from './ensemble-training.js';
export {
  type Coverage,
  coverageAtCuts,
  type EvaluationOptions,
  evaluateRoles,
  type RoleEvaluation,
  type RoleFigures,
} from './evaluate.js';
export {
  ABOUT_FILE,
  type ExchangeFiles,
  FOREST_FILE,
  layersModelFiles,
  layersModelWeightFiles,
  loadTensorFlow,
  type ModelAbout,
  readForestJson,
  readLayersModel,
  type TensorFlow,
  tensorFlowOptimiser,
  writeForestJson,
  writeLayersModel,
} from './exchange/index.js';
export { type ColumnContribution, type ExplainOptions, explainOneLayer } from './explain.js';
export { explainEnsemble, type SubjectContribution } from './explain-ensemble.js';
export { explainLikeness, type LikenessAnswer, type LikenessReason } from './explain-likeness.js';
export { attributeForest, type ForestModel, forestProbabilities } from './forest.js';
export type { ForestItems } from './forest-data.js';
export { forestItems } from './forest-items.js';
export type { PackedForest } from './forest-pack.js';
export { decodeForest, encodeForest } from './forest-parts.js';
export { trainForestThreaded } from './forest-threads.js';
export { type ForestOptions, forestDefaults, type TrainedForest, trainForest } from './forest-training.js';
export {
  type HintModel,
  type HintSettings,
  hintDefaults,
  knownTokens,
  trainHints,
  withHints,
} from './hint-ratios.js';
export {
  type ComparedColumns,
  decodeKnownDevices,
  encodeKnownDevices,
  type KnownDevices,
  knownDevices,
  type NearestDevice,
  nearestDevice,
} from './known-devices.js';
export { addLosses, type Layer, type LossRequest, layerAnswers } from './layer-kernel.js';
export type { BundleArray, EncodedModel } from './model-parts.js';
export { type Likeness, likenessOf, type NearestSettings, nearestDefaults } from './nearest-member.js';
export { type OneLayerModel, oneLayerProbabilities } from './one-layer.js';
export {
  decodeOneLayer,
  type EncodedArray,
  type EncodedClassifier,
  encodeOneLayer,
} from './one-layer-parts.js';
export {
  type OneLayerOptimiser,
  type OneLayerOptions,
  oneLayerDefaults,
  trainOneLayer,
} from './one-layer-training.js';
export { modelMemory } from './role-kernel.js';
export { mergeSessions, type SoftTargets } from './soft-targets.js';
export {
  type LearningStep,
  type RoleAnswerer,
  type ShuffledFigures,
  type StudyOptions,
  type StudySet,
  studyLearningCurve,
  studyShuffledRoles,
  studyUnknownRoles,
  type UnknownRole,
} from './studies.js';
export { allExamples, checkTrainingSet, type RoleExample, type RoleTrainingSet } from './training-set.js';
export { answerRole, defaultUnknownCut, type RoleAnswer, unknownRole } from './unknown.js';
export { type CaptureBalance, captureWeights } from './weights.js';
export type { WindowNets } from './window-net.js';
export { trainWindowNets, type WindowNetOptions, windowNetDefaults } from './window-net-training.js';
