export { IntKeyTable } from '../pcap/index.js';
export { ArpLog, type ArpMessage, BROADCAST_MAC, createArpMessage } from './activity/arp-log.js';
export type { HintKind } from './activity/codes/device-hints.js';
export {
  dnsMessageAt,
  isDnsResponse,
  questionName,
  responseCode,
} from './activity/codes/dns-message.js';
export { codedProtocols, IS_REFUSAL } from './activity/codes/process-code.js';
export { type DeviceHints, HintLog } from './activity/hint-log.js';
export {
  createNameEntry,
  NAME_ANSWERED,
  NAME_ASKED,
  NAME_CUT,
  NAME_OF_SERVER,
  type NameEntry,
  NameLog,
  PROCESS_CODE,
} from './activity/name-log.js';
export {
  DID_SEND,
  DID_SEND_PAYLOAD,
  DID_SEND_RST,
  DID_SEND_SYN,
  WINDOW_NS,
  WINDOW_SECONDS,
} from './activity/window-layout.js';
export {
  formatAddress,
  formatIpv4,
  formatIpv6,
  formatMac,
  type IpAddress,
  parseAddress,
  parseMac,
} from './address.js';
export { type AddressClass, classifyIpv4, classifyIpv6 } from './address-class.js';
export { type CaptureName, hintFromName, parseCaptureName } from './capture-name.js';
export {
  addressText,
  chooseDevice,
  type Device,
  type DeviceHint,
  describeDevice,
  deviceHint,
} from './device.js';
export { bytesOf, type DeviceCore, doublesOf, floatsOf, integersOf, wordsOf } from './device-exports.js';
export { binOfRow, endpointsOf, forEachDeviceSession, protocolOfRow, rowStart } from './device-rows.js';
export type { DeviceSession, PeerClass } from './device-session.js';
export {
  type DirectedFlowKey,
  type DirectedFlowOptions,
  type DirectedFlows,
  DirectedFlowTable,
} from './directed-flows/index.js';
export { type HostStack, HostStacks } from './host-stacks.js';
export {
  type Accounting,
  communityId,
  DEFAULT_MAX_SESSIONS,
  type EndReason,
  type LiveSession,
  type MeteredSession,
  type MeterTable,
  type PlannedColumn,
  type PluginColumn,
  type PluginValue,
  type SessionHandler,
  SessionMeter,
  type SessionMeterOptions,
  type SessionPlugin,
} from './meter/index.js';
export {
  type Networkml04Bin,
  Networkml04BinTable,
  type Networkml04Options,
  type Networkml04Session,
} from './networkml-04/index.js';
export { BIN_SECONDS, SessionTable, type SessionTableOptions } from './session-table.js';
export { type SessionizedCapture, type SessionizeOptions, sessionize } from './sessionize.js';
