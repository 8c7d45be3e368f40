/** All records. */
export type * from './anomaly.js';
export type * from './behaviour-evaluation.js';
export type * from './bundle.js';
export type * from './evaluation.js';
export type * from './prediction.js';
