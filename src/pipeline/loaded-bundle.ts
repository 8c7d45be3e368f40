import {
  type EncodedArray as BehaviourArray,
  type BehaviourModel,
  decodeBehaviour,
} from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import { PORT_PROTOCOL_LAYOUT, SERVICES_COLUMNS, SERVICES_LAYOUT } from '../features/index.js';
import type { ConfidenceScale } from '../math/index.js';
import {
  type Bundle,
  type BundleArrays,
  type BundleClassifier,
  checkArrays,
  findBundle,
  type ManifestFile,
  readArrays,
  readManifest,
} from '../models/index.js';
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

/** Reads arrays by their names, into some memory of their own unless `room` gives it. */
type ArrayReader = (names: readonly string[], room?: (bytes: number) => Uint8Array) => BundleArrays;

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
      const known = loaded.get(name) ?? loadClassifier(bundle, name, read);
      loaded.set(name, known);
      return known;
    },
    behaviour: loadBehaviour(bundle, read),
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

function namesOf(parts: readonly Pick<BundleClassifier, 'arrays'>[]): string[] {
  return parts.flatMap(({ arrays }) => Object.values(arrays));
}

function find({ manifest, directory }: ManifestFile, name: string): BundleClassifier {
  const found = manifest.classifiers.find((classifier) => classifier.kind === name);
  if (found !== undefined) return found;
  const known = manifest.classifiers.map((classifier) => classifier.kind).join(', ');
  throw new NetworkmlError('NML_MODEL_ROLE', `no classifier ${name} in this bundle, it has: ${known}`, {
    file: directory,
  });
}

/** The classifier that is another member of this one; undefined where there is none. */
function memberOf(bundle: ManifestFile, { kind }: BundleClassifier): BundleClassifier | undefined {
  return kind === 'ensemble' ? find(bundle, 'one-layer') : undefined;
}

function loadClassifier(bundle: ManifestFile, name: string, read: ArrayReader): LoadedClassifier {
  const { manifest } = bundle;
  const roles = manifest.roles.map((role) => role.id);
  const entry = find(bundle, name);
  const arrays = read(namesOf([entry, memberOf(bundle, entry) ?? entry]), modelMemory);
  const model = decodeModel({ ...bundle, arrays }, entry);
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
  { unknownBelow, temperature }: ManifestFile['manifest'],
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
function priorsIn(value: unknown, count: number, { directory }: ManifestFile): readonly number[] | undefined {
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

function decodeModel(bundle: Bundle, entry: BundleClassifier): RoleModel {
  const { kind, layout, meta, arrays } = entry;
  const member = memberOf(bundle, entry);
  const parts = (): Record<string, BundleArray> => partsOf<BundleArray>(bundle, arrays);
  if (kind === 'one-layer' && layout === PORT_PROTOCOL_LAYOUT) {
    return decodeOneLayer(meta, partsOf<EncodedArray>(bundle, arrays));
  }
  if (kind === 'random-forest' && layout === PORT_PROTOCOL_LAYOUT) return decodeForest(meta, parts());
  if (member !== undefined && layout === SERVICES_LAYOUT && meta.columnCount === SERVICES_COLUMNS) {
    return decodeEnsemble(meta, parts(), decodeModel(bundle, member) as OneLayerModel);
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
