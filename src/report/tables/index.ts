export {
  type ByteSink,
  type TableFormat,
  type TableWriter,
  tableFormats,
  tableWriter,
} from './table-writer.js';
