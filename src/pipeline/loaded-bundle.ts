import {
  type EncodedArray as BehaviourArray,
  type BehaviourModel,
  decodeBehaviour,
} from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import { PORT_PROTOCOL_LAYOUT, SERVICES_COLUMNS, SERVICES_LAYOUT } from '../features/index.js';
import type { ConfidenceScale } from '../math/index.js';
import { type Bundle, type BundleClassifier, findBundle, readBundle } from '../models/index.js';
import {
  type BundleArray,
  decodeEnsemble,
  decodeForest,
  decodeOneLayer,
  type EncodedArray,
  type KnownDevices,
  modelMemory,
  type OneLayerModel,
  type RoleModel,
} from '../roles/index.js';

/** A classifier of a bundle, with what its answers are judged by. */
export interface LoadedClassifier {
  readonly model: RoleModel;
  /** A device whose best raw probability is below this is Unknown. */
  readonly unknownBelow: number;
  /** Calibrates the probabilities that are shown. */
  readonly confidence: ConfidenceScale;
  /** The devices it was trained on; null where the bundle does not keep them. */
  readonly known: KnownDevices | null;
  /** What its answers are judged by where they rest on what devices say of themselves, too; null where they cannot. */
  readonly withHints: Pick<LoadedClassifier, 'unknownBelow' | 'confidence'> | null;
}

/** A bundle ready to be used. */
export interface LoadedBundle {
  readonly bundle: Bundle;
  /** Roles in the order of the classifier's output. */
  readonly roles: readonly string[];
  /** Readable titles by role. */
  readonly titles: ReadonlyMap<string, string>;
  /**
   * A classifier, put together when it is first asked for.
   *
   * @throws NetworkmlError NML_MODEL_ROLE when the bundle holds no classifier of this name
   */
  classifier(name?: string): LoadedClassifier;
  readonly behaviour: BehaviourModel | null;
}

/**
 * Reads a bundle: a directory, the name of a shipped one, or the default.
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM, NML_MODEL_LAYOUT
 */
export async function loadBundle(nameOrDirectory?: string): Promise<LoadedBundle> {
  return loadedBundle(readBundle(findBundle(nameOrDirectory), { room: modelMemory }));
}

/**
 * A bundle that was read already, ready to be used.
 * @throws NetworkmlError NML_MODEL_MANIFEST, NML_MODEL_LAYOUT
 */
export function loadedBundle(bundle: Bundle): LoadedBundle {
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
  const loaded = new Map<string, LoadedClassifier>();
  return {
    bundle,
    roles,
    titles: new Map(manifest.roles.map((role) => [role.id, role.title])),
    classifier: (name = manifest.defaultClassifier) => {
      const known = loaded.get(name) ?? loadClassifier(bundle, find(bundle, name), roles);
      loaded.set(name, known);
      return known;
    },
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

function loadClassifier(bundle: Bundle, entry: BundleClassifier, roles: string[]): LoadedClassifier {
  const { manifest } = bundle;
  const model = decodeModel(bundle, entry);
  if (model.roles.length !== roles.length || model.roles.some((role, index) => role !== roles[index])) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', 'the classifier has other roles than the bundle', {
      file: bundle.directory,
    });
  }
  const { meta } = entry;
  const priors = priorsIn(meta.priors, roles.length, bundle);
  return {
    // A copy would make all that a forest makes when it is asked for.
    model: priors === undefined ? model : Object.assign(model, { priors }),
    ...judgedBy(meta, manifest),
    known: model.kind === 'ensemble' ? model.known : null,
    withHints:
      model.kind === 'ensemble' && model.hints !== undefined
        ? judgedBy(meta.hints as Record<string, unknown>, manifest)
        : null,
  };
}

function judgedBy(
  meta: Readonly<Record<string, unknown>>,
  { unknownBelow, temperature }: Bundle['manifest'],
): Pick<LoadedClassifier, 'unknownBelow' | 'confidence'> {
  return {
    unknownBelow: numberIn(meta.unknownBelow, 0, 1) ?? unknownBelow,
    confidence: {
      temperature: numberIn(meta.temperature, 0.001, 1000) ?? temperature,
      offset: numberIn(meta.offset, -1000, 1000),
    },
  };
}

/** The priors of the roles; undefined where there are none. @throws NetworkmlError NML_MODEL_MANIFEST */
function priorsIn(value: unknown, count: number, { directory }: Bundle): readonly number[] | undefined {
  if (value === undefined) return undefined;
  const usable =
    Array.isArray(value) &&
    value.length === count &&
    value.every((one) => numberIn(one, 1e-6, 1) !== undefined);
  if (usable) return value as number[];
  throw new NetworkmlError('NML_MODEL_MANIFEST', 'priors are not one share for each role', {
    file: directory,
  });
}

/** A number of a classifier's own within its bounds; undefined leaves it to the manifest. */
function numberIn(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined;
}

function decodeModel(bundle: Bundle, { kind, layout, meta, arrays }: BundleClassifier): RoleModel {
  const parts = (): Record<string, BundleArray> => partsOf<BundleArray>(bundle, arrays);
  if (kind === 'one-layer' && layout === PORT_PROTOCOL_LAYOUT) {
    return decodeOneLayer(meta, partsOf<EncodedArray>(bundle, arrays));
  }
  if (kind === 'random-forest' && layout === PORT_PROTOCOL_LAYOUT) return decodeForest(meta, parts());
  if (kind === 'ensemble' && layout === SERVICES_LAYOUT && meta.columnCount === SERVICES_COLUMNS) {
    const member = decodeModel(bundle, find(bundle, 'one-layer')) as OneLayerModel;
    return decodeEnsemble(meta, parts(), member);
  }
  throw new NetworkmlError('NML_MODEL_LAYOUT', `classifier ${kind} on layout ${layout}`, {
    file: bundle.directory,
  });
}

/** The arrays of one model by the names of its parts. */
function partsOf<T>(bundle: Bundle, names: Record<string, string>): Record<string, T> {
  const parts: Record<string, T> = {};
  for (const [part, name] of Object.entries(names)) {
    const array = bundle.arrays.get(name);
    if (array === undefined) {
      throw new NetworkmlError('NML_MODEL_MANIFEST', `no array ${name}`, { file: bundle.directory });
    }
    // The decoder of each model checks type, shape and values again: nothing in a bundle is trusted.
    parts[part] = array as T;
  }
  return parts;
}
