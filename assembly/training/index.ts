/** What the training of roles spends its time on: see src/math/layer-training.ts. */

export { allocate, top } from '../outliers/memory';
export { adam } from './adam';
export { backward, describe, forward, keepEntries } from './layers';
