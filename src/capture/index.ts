export { openLive, probeDrivers } from './drivers.js';
export {
  type CaptureWindow,
  type LiveCaptureOptions,
  type LiveResult,
  liveCapture,
  type WindowSink,
} from './live-capture.js';
export {
  type DriverName,
  type DriverState,
  type DropCounts,
  driverNames,
  type LiveDriver,
  type LiveOptions,
  type LiveSource,
} from './live-source.js';
export type {
  DeviceCaptureRecord,
  DropRecord,
  LiveRecord,
  SentCaptures,
  SplitCounts,
  SplitRecord,
  UnplacedFrames,
  WindowRecord,
} from './records.js';
export { type SplitCapture, type SplitCaptureOptions, splitCapture } from './split-capture.js';
export { checkDeviceName, splitName, UNKNOWN_NAME } from './split-name.js';
export {
  type DeviceCapture,
  defaultSplitLimits,
  type GroupRule,
  type SplitLimits,
  type SplitOutcome,
  Splitter,
  type SplitterOptions,
} from './splitter.js';
export { type ClosedWindow, WindowCutter, type WindowOptions } from './window-cutter.js';
