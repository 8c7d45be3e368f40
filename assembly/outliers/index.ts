/** What Stochastic Outlier Selection and the judging of behaviour spend their time on: see src/anomaly/outlier-kernel.ts. */
export { addUp, affinitySum, estimate, multiplyByUnbound, powers, summarize } from './affinities';
export { measureBlock } from './distances';
export { distancesOfFour, holdReference, scoreOfDistances, scoreUnits } from './judge';
export { allocate, top } from './memory';
export { scaleUnits } from './units';
