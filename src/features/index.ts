export * from './behaviour/index.js';
export {
  HINTS_LAYOUT,
  type HintSource,
  type HintToken,
  hintHashes,
  hintSource,
  hintTokens,
} from './hint-tokens.js';
export { kindsOfMaker, type MakerKind, makerKinds } from './maker-kinds.js';
export {
  type HostNameKind,
  hostNameKinds,
  kindsOfHostName,
  kindsOfServiceName,
  type ServiceNameKind,
  serviceNameKinds,
} from './name-kinds.js';
export * from './netml/index.js';
export * from './networkml-04/index.js';
export { portServiceName } from './port-names.js';
export {
  addVectors,
  PORT_PROTOCOL_COLUMNS,
  PORT_PROTOCOL_LAYOUT,
  portProtocolColumnName,
  SessionVectorCollector,
  type SessionVectors,
  sessionSignature,
  signatureColumns,
} from './port-protocol.js';
export {
  SERVICES_COLUMNS,
  SERVICES_LAYOUT,
  SERVICES_PER_SERVICE,
  SERVICES_WITHOUT_STACK,
  ServiceWindowCollector,
  type ServiceWindows,
  serviceClasses,
  serviceOfColumn,
  servicesSubject,
  servicesSubjectName,
} from './services/index.js';
export { isServicePort, noService, serviceCode, serviceName } from './services.js';
export {
  createSessUnits,
  openedByDevice,
  protocolOfKind,
  type SessUnits,
  sessLayoutId,
  sessNumberCount,
  sessNumberNames,
} from './sess-view.js';
