export {
  type Networkml04Bin,
  Networkml04BinTable,
  type Networkml04Options,
  type Networkml04Session,
} from './bin-table.js';
