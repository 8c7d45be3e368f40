/** What the classifiers of roles spend their time on: see src/roles/role-kernel.ts. */
export { allocate, top } from '../outliers/memory';
export { areBelow, areFinite, areShortsBelow, firstOutOfOrder } from './checks';
export { answerForest, attributeForest } from './forest';
export { addLosses, answerRow, answerRows, prepareLayer } from './layers';
export { findDirection, findLikeness, findSimilarities } from './likeness';
export { checkForest, wrong } from './trees';
