/**
 * The flow core: packets to sessions, sessions to rows of a table, rows to text. What it promises is the documentation of
 * `FlowCore` in src/sessions/meter/flow-core.ts, which is its only caller.
 */

export * from '../packets/index';
export { allocate } from './memory';
export { addFirst, advance, configure, countSessionsFrom, finish, nowMs, sessions } from './meter';
export { configureText, prepareText, writeText } from './row-text';
export { live } from './rows';
export { blockOf } from './statistics';
export { capacity, emptyTable, filled, moments, numbers, prepareTable, texts } from './table';
export { walk } from './walk';
