/** The service: jobs over NATS, a watched folder, HTTP health and metrics; and the client that sends captures to it. */

export type { Sending, WaitOptions } from './client.js';
export {
  hasCredentials,
  isLoopback,
  type NatsOptions,
} from './connect.js';
export { createLog, type Logger } from './log.js';
export type {
  CaptureReference,
  DeadLetter,
  DeviceEvent,
  DeviceSighting,
  DeviceState,
  EventKind,
  JobMessage,
  ModelsReply,
  ResultMessage,
  RoleAverage,
} from './messages.js';
export { type ServeOptions, type Service, serve } from './serve.js';
export { openSubmitter, type SubmitOptions, type Submitter } from './submit.js';
export type { WatchOptions } from './watch-folder.js';
