export {
  binVector,
  deviceOfBin,
  NETWORKML_04_COLUMNS,
  NETWORKML_04_LAYOUT,
  type Networkml04Device,
  type Networkml04Role,
  roleIn,
} from './bin-vector.js';
