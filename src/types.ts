/**
 * Records that leave the program. The JSON Schemas in `schemas/` are generated from these.
 * Times are RFC 3339 in UTC with nine decimals at most; sizes are bytes.
 */
export type * from './types/index.js';
