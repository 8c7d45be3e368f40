export {
  type AdmPeer,
  type AdmUnits,
  admLayoutId,
  admNumberCount,
  admNumberNames,
} from './adm-units.js';
export {
  type BehaviourUnits,
  type CollectedBehaviour,
  collectBehaviour,
  type SparseVector,
} from './collect.js';
export {
  type ContactPeer,
  type ContactUnits,
  contactLayoutId,
  contactNumberCount,
  contactNumberNames,
  isContactShare,
} from './contact-units.js';
export {
  type CodeExample,
  type CodeUnits,
  codeLayoutId,
  codeNumberCount,
  codeNumberNames,
  isCodeShare,
  isNameShare,
  type NameUnits,
  nameLayoutId,
  nameNumberCount,
  nameNumberNames,
  unseenCodes,
} from './name-units.js';
export type { NetActivity } from './net-activity.js';
export { type NetEvidence, netEvidence } from './net-evidence.js';
export {
  isNetShare,
  type NetNumberName,
  type NetUnits,
  netLayoutId,
  netNumberCount,
  netNumberNames,
} from './net-units.js';
export { codeWords } from './process-codes.js';
export type { VectorUnits } from './vector-units.js';
