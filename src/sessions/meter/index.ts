export { communityId } from './community-id.js';
export type { MeterTable, PlannedColumn } from './meter-table.js';
export {
  type Accounting,
  DEFAULT_MAX_SESSIONS,
  type EndReason,
  type LiveSession,
  type MeteredSession,
  type PluginColumn,
  type PluginValue,
  type SessionHandler,
  type SessionMeterOptions,
  type SessionPlugin,
} from './meter-types.js';
export { SessionMeter } from './session-meter.js';
