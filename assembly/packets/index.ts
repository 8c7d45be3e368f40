/** What every core that takes packets shows of it: `PacketTaker` and `RecordWalker` in src/sessions/core. */
export { configureFrames } from './decode';
export { packets } from './packet';
export {
  configureBlocks,
  configureRecords,
  firstNanoseconds,
  firstSeconds,
  lastNanoseconds,
  lastSeconds,
  newestNanoseconds,
  newestSeconds,
  walked,
  walkedBytes,
} from './records';
