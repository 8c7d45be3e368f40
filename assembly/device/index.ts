/**
 * The device's side of the session table, and the units of behaviour: see `DeviceExports` in src/sessions/device-exports.ts
 * for what each of these is.
 */
export { admNumbers, admPeerCounts, admPeers } from './adm';
export { collect } from './collect';
export { contactCounts, contactNumbers, contactRows } from './contacts';
export { kinds, peers, peerWords, services, serviceWords, sides } from './facts';
export { anyMarks, entryCount, entryFacts, entryMarks, entryRows } from './minutes';
export {
  makeNetUnits,
  netBins,
  netCount,
  netEnds,
  netMinutes,
  netNumbers,
  netStarts,
  prepareArp,
} from './net';
export { addOwnAddress, beginDevice } from './own';
export { admBits, servicePorts } from './ports';
export { sessBins, sessCount, sessKinds, sessMet, sessNumbers, sessRows, sessServices } from './sess';
export { sliceBins, sliceCount } from './slices';
