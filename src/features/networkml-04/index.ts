export {
  binVector,
  deviceOfBin,
  NETWORKML_04_LAYOUT,
  roleIn,
} from './bin-vector.js';
