import { NetworkmlError } from '../errors.js';
import { PORT_PROTOCOL_LAYOUT, SERVICES_COLUMNS, SERVICES_LAYOUT } from '../features/index.js';
import type { ConfidenceScale } from '../math/index.js';
import type { Bundle, BundleClassifier, ManifestFile } from '../models/index.js';
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
import { type ArrayReader, namesOf, partsOf } from './bundle-parts.js';

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

/**
 * Reads a classifier of a bundle and puts it together.
 * @throws NetworkmlError NML_MODEL_ROLE when the bundle holds none of this name, NML_MODEL_MANIFEST, NML_MODEL_LAYOUT,
 *   NML_MODEL_CHECKSUM
 */
export function loadClassifier(bundle: ManifestFile, name: string, read: ArrayReader): LoadedClassifier {
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
