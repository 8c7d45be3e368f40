import {
  type EncodedArray as BehaviourArray,
  type BehaviourModel,
  decodeBehaviour,
} from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import { PORT_PROTOCOL_LAYOUT } from '../features/index.js';
import { type Bundle, type BundleClassifier, findBundle, readBundle } from '../models/index.js';
import { decodeOneLayer, type EncodedArray, type OneLayerModel } from '../roles/index.js';

/** A bundle ready to be used. */
export interface LoadedBundle {
  readonly bundle: Bundle;
  /** Roles in the order of the classifier's output. */
  readonly roles: readonly string[];
  /** Readable titles by role. */
  readonly titles: ReadonlyMap<string, string>;
  /** @throws NetworkmlError NML_MODEL_ROLE when the bundle holds no classifier of this name */
  classifier(name?: string): OneLayerModel;
  readonly behaviour: BehaviourModel | null;
}

/**
 * Reads a bundle: a directory, the name of a shipped one, or the default.
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM, NML_MODEL_LAYOUT
 */
export async function loadBundle(nameOrDirectory?: string): Promise<LoadedBundle> {
  const bundle = readBundle(findBundle(nameOrDirectory));
  const { manifest } = bundle;
  const roles = manifest.roles.map((role) => role.id);
  const behaviour =
    manifest.behaviour === null
      ? null
      : decodeBehaviour({
          calibration: manifest.behaviour.calibration,
          views: manifest.behaviour.views.map(({ id, layout, meta, arrays }) => ({
            id,
            layout,
            meta,
            arrays: partsOf<BehaviourArray>(bundle, arrays),
          })),
        });
  return {
    bundle,
    roles,
    titles: new Map(manifest.roles.map((role) => [role.id, role.title])),
    classifier: (name = manifest.defaultClassifier) => decodeClassifier(bundle, find(bundle, name), roles),
    behaviour,
  };
}

function find({ manifest, directory }: Bundle, name: string): BundleClassifier {
  const found = manifest.classifiers.find((classifier) => classifier.kind === name);
  if (found !== undefined) return found;
  const known = manifest.classifiers.map((classifier) => classifier.kind).join(', ');
  throw new NetworkmlError('NML_MODEL_ROLE', `no classifier ${name} in this bundle, it has: ${known}`, {
    file: directory,
  });
}

function decodeClassifier(
  bundle: Bundle,
  { kind, layout, meta, arrays }: BundleClassifier,
  roles: string[],
): OneLayerModel {
  if (kind !== 'one-layer' || layout !== PORT_PROTOCOL_LAYOUT) {
    throw new NetworkmlError('NML_MODEL_LAYOUT', `classifier ${kind} on layout ${layout}`, {
      file: bundle.directory,
    });
  }
  const model = decodeOneLayer(meta, partsOf<EncodedArray>(bundle, arrays));
  if (model.roles.length !== roles.length || model.roles.some((role, index) => role !== roles[index])) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', 'the classifier has other roles than the bundle', {
      file: bundle.directory,
    });
  }
  return model;
}

/** The arrays of one model by the names of its parts. */
function partsOf<T>(bundle: Bundle, names: Record<string, string>): Record<string, T> {
  const parts: Record<string, T> = {};
  for (const [part, name] of Object.entries(names)) {
    const data = bundle.arrays.get(name);
    const entry = bundle.manifest.arrays.find((array) => array.name === name);
    if (data === undefined || entry === undefined) {
      throw new NetworkmlError('NML_MODEL_MANIFEST', `no array ${name}`, { file: bundle.directory });
    }
    // The decoder of each model checks type, shape and values again: nothing in a bundle is trusted.
    parts[part] = { dtype: entry.dtype, shape: entry.shape, data } as T;
  }
  return parts;
}
