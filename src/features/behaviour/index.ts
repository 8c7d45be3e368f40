export {
  type AdmPeer,
  type AdmUnits,
  admLayoutId,
  admNumberCount,
  admNumberNames,
  emptyAdmUnits,
} from './adm-units.js';
export { BehaviourCollector, type BehaviourUnits, type CollectedBehaviour } from './collect.js';
export type { NetActivity } from './net-activity.js';
export { type NetEvidence, netEvidence } from './net-evidence.js';
export {
  emptyNetUnits,
  isNetShare,
  type NetNumberName,
  type NetUnits,
  netLayoutId,
  netNumberCount,
  netNumberNames,
} from './net-units.js';
export type { VectorUnits } from './vector-units.js';
