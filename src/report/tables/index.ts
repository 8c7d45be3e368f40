export type { ByteSink, TableWriter } from './table-types.js';
export { type TableFormat, tableFormats, tableWriter } from './table-writer.js';
