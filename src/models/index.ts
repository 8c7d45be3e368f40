/** Model bundles on disk: manifest, arrays, checksums. */

export type { ArrayData } from './arrays.js';
export { DEFAULT_BUNDLE, findBundle, listShippedBundles } from './find.js';
export type {
  ArrayDtype,
  ArrayEntry,
  BundleBehaviour,
  BundleClassifier,
  BundleData,
  BundleManifest,
  BundleRole,
  BundleTraining,
  BundleView,
  JsonObject,
  JsonValue,
} from './manifest.js';
export {
  type Bundle,
  type BundleArrayData,
  type BundleArrays,
  checkArrays,
  MANIFEST_FILE,
  type ManifestFile,
  type ReadOptions,
  readArrays,
  readBundle,
  readManifest,
  verifyBundle,
} from './read.js';
export { MAX_DATA_BYTES, MAX_MANIFEST_BYTES, validateManifest } from './validate.js';
export { type ArrayToWrite, type ManifestToWrite, undoWrite, writeBundle } from './write.js';
