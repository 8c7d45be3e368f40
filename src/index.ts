/**
 * The public library. `openCapture` reads packets, `sessionize` joins them to sessions and finds the device,
 * `predict` says role and behaviour. Each room is also there as a sub-path: `networkml/pcap`, `networkml/sessions` ...
 */
export { type ErrorCode, errorTable, NetworkmlError, type NetworkmlErrorOptions } from './errors.js';
export {
  type Capture,
  type CaptureProgress,
  type CaptureSource,
  type CaptureSummary,
  type OpenCaptureOptions,
  openCapture,
  type Packet,
} from './pcap/index.js';
export { type LoadedBundle, loadBundle, type PredictOptions, predict } from './pipeline/index.js';
export {
  type Device,
  type DeviceSession,
  describeDevice,
  forEachDeviceSession,
  type SessionizedCapture,
  type SessionizeOptions,
  sessionize,
} from './sessions/index.js';
export type {
  AnomalyRecord,
  CaptureRecord,
  DeviceRecord,
  ErrorRecord,
  EvaluationRecord,
  NamedSession,
  PredictionRecord,
  RoleRecord,
} from './types.js';
