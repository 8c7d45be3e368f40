/**
 * The session table of `predict`: packets to sessions without time-outs, cut at the bounds of time slices. What it promises is
 * the documentation of `SessionTable` in src/sessions/session-table.ts, which is its only caller.
 */

export * from '../device/index';
export { allocate } from '../flow/memory';
export * from '../packets/index';
export { headers } from './headers';
export { findKey, keyCount, keyWord } from './keys';
export { leaveOutAddress, leaveOutMac, likeliestOwner, listOwners, owners } from './owners';
export { addresses6, macs, refused, rowCount, rows } from './rows';
export { hosts, stacks } from './stacks';
export {
  addFirst,
  baseNanoseconds,
  baseSeconds,
  configure,
  newestFromB,
  newestRow,
  sessions,
} from './table';
export { walk } from './walk';
