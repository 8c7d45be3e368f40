import {
  type EncodedArray as BehaviourArray,
  type BehaviourModel,
  decodeBehaviour,
} from '../anomaly/index.js';
import { checkArrays, findBundle, type ManifestFile, readArrays, readManifest } from '../models/index.js';
import { type ArrayReader, inBundle, namesOf, partsOf } from './bundle-parts.js';
import { type LoadedClassifier, loadClassifier } from './load-classifier.js';

/** A bundle ready to be used. */
export interface LoadedBundle {
  readonly bundle: ManifestFile;
  /** Roles in the order of the classifier's output. */
  readonly roles: readonly string[];
  /** Readable titles by role. */
  readonly titles: ReadonlyMap<string, string>;
  /**
   * A classifier, read and put together when it is first asked for.
   *
   * @throws NetworkmlError NML_MODEL_ROLE when the bundle holds no classifier of this name, NML_MODEL_CHECKSUM when what
   *   is on disk is no longer what the manifest says
   */
  classifier(name?: string): LoadedClassifier;
  readonly behaviour: BehaviourModel | null;
}

/**
 * Reads a bundle: a directory, the name of a shipped one, or the default. Everything in it is checked, but only what is
 * asked about is kept in memory.
 * @param classifier put together at once; the bundle's default unless given. Others are read when they are first asked for
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM, NML_MODEL_LAYOUT, NML_MODEL_ROLE
 */
export async function loadBundle(nameOrDirectory?: string, classifier?: string): Promise<LoadedBundle> {
  const bundle = readManifest(findBundle(nameOrDirectory));
  const unread = new Set(bundle.manifest.arrays.map(({ name }) => name));
  const loaded = loadedBundle(bundle, (names, room) => {
    for (const name of names) unread.delete(name);
    return readArrays(bundle, names, room && { room });
  });
  loaded.classifier(classifier);
  checkArrays(bundle, unread);
  return loaded;
}

/**
 * Readable titles of the roles of a bundle, by role.
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function bundleTitles(nameOrDirectory?: string): Map<string, string> {
  return titlesIn(readManifest(findBundle(nameOrDirectory)).manifest);
}

function titlesIn({ roles }: ManifestFile['manifest']): Map<string, string> {
  return new Map(roles.map(({ id, title }) => [id, title]));
}

/**
 * A bundle whose manifest was read already, ready to be used.
 * @throws NetworkmlError NML_MODEL_MANIFEST, NML_MODEL_LAYOUT
 */
export function loadedBundle(bundle: ManifestFile, read: ArrayReader): LoadedBundle {
  const { manifest } = bundle;
  const roles = manifest.roles.map((role) => role.id);
  const loaded = new Map<string, LoadedClassifier>();
  return {
    bundle,
    roles,
    titles: titlesIn(manifest),
    classifier: (name = manifest.defaultClassifier) => {
      const known = loaded.get(name) ?? inBundle(bundle, () => loadClassifier(bundle, name, read));
      loaded.set(name, known);
      return known;
    },
    behaviour: inBundle(bundle, () => loadBehaviour(bundle, read)),
  };
}

function loadBehaviour(bundle: ManifestFile, read: ArrayReader): BehaviourModel | null {
  const { behaviour } = bundle.manifest;
  if (behaviour === null) return null;
  const { views, calibration } = behaviour;
  const whole = { ...bundle, arrays: read(namesOf(views)) };
  return decodeBehaviour({
    calibration,
    views: views.map(({ id, layout, meta, arrays }) => ({
      id,
      layout,
      meta,
      arrays: partsOf<BehaviourArray>(whole, arrays),
    })),
  });
}
