export type { ByteSink, TableOptions, TableWriter } from './table-types.js';
export { type TableFormat, tableFormats, tableWriter } from './table-writer.js';
