export {
  type DirectedFlowKey,
  type DirectedFlowOptions,
  type DirectedFlows,
  DirectedFlowTable,
} from './directed-flow-table.js';
export { createOuterTransport, type OuterTransport, readOuterTransport } from './outer-transport.js';
