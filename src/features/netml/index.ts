/** netml's families of features over directed flows (Yang, Kpotufe, Feamster, arXiv 2006.16993). */
export { type TimedFlows, timedFlows } from './flow-times.js';
export { type FlowLabels, labelFlows, readFlowLabels } from './labels.js';
export { linearQuantile } from './numpy.js';
export { cutInterval, type FlowPieces, flowDurations, flowPieces, type PieceOptions } from './pieces.js';
export {
  type FlowFeatureWish,
  type FlowKind,
  type FlowShape,
  fitFlowShape,
  flowKinds,
  flowStatNames,
  parseFlowShape,
  shapeColumns,
  shapeWidth,
} from './shape.js';
export { flowVectors, forEachFlowVector } from './vectors.js';
