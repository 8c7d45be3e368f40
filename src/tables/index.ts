export { parseCsv } from './csv.js';
export { isTableFile, readTableRows } from './read.js';
export type { TableCell, TableRow } from './table-row.js';
