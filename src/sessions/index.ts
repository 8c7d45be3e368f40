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
export { endpointsOf, forEachDeviceSession, protocolOfRow, rowStart } from './device-rows.js';
export type { DeviceSession, PeerClass } from './device-session.js';
export { listOwners, type Owner, type Owners } from './owners.js';
export { BIN_SECONDS, SessionTable, type SessionTableOptions } from './session-table.js';
export { type SessionizedCapture, type SessionizeOptions, sessionize } from './sessionize.js';
