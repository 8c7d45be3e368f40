/** Behaviour: how unlike a capture is to others of its role, and the verdict on it. */
export { type BehaviourCalibration, type FalseAlarmRate, falseAlarmRates } from './calibration.js';
export * from './detectors/index.js';
export type { EncodedArray, EncodedBehaviour, EncodedView } from './encoded.js';
export type { BehaviourProgress, LabelledCapture } from './leave-out.js';
export {
  type BehaviourMeasure,
  type BehaviourSplit,
  type CountOf,
  type MeasuredCapture,
  measureBehaviour,
} from './measure.js';
export {
  type BehaviourModel,
  checkBehaviour,
  decodeBehaviour,
  encodeBehaviour,
  enrolCaptures,
  fewestCaptures,
  fewestDevices,
  hasEnoughReference,
  type JudgingWay,
  nameViewIds,
  type RoleReference,
  usualViewIds,
  viewIds,
  viewsOf,
  withNames,
} from './model.js';
export { defaultPerplexity, outlierProbabilities, outlierProbabilitiesOfMatrix } from './sos.js';
export { type BehaviourTraining, trainBehaviour } from './train.js';
export { type BehaviourVerdict, judgeCapture, type RankedCandidate, type VerdictOptions } from './verdict.js';
export type {
  BehaviourView,
  BinScore,
  CaptureUnits,
  Finding,
  NamedUnits,
  RoleView,
  Trait,
  ViewKind,
} from './view.js';
