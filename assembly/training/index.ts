/** What the training of roles spends its time on: see src/math/layer-training.ts. */

export { allocate, mark, release } from '../outliers/memory';
export { adam } from './adam';
export { backward, describe, forward, keepEntries } from './layers';
