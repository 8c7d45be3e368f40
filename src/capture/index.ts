export type { DeviceCaptureRecord, SplitCounts, SplitRecord, UnplacedFrames } from './records.js';
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
