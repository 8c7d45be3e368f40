/** `networkml models`: what bundles there are, what is in them, whether they are intact; models of other libraries. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkBehaviour } from '../anomaly/index.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import {
  type Bundle,
  findBundle,
  listShippedBundles,
  MANIFEST_FILE,
  type ManifestFile,
  readManifest,
  verifyBundle,
} from '../models/index.js';
import { loadedBundle } from '../pipeline/index.js';
import { bundleBlock, bundleTable, bundleVerdicts } from '../report/index.js';
import type { BundleRecord } from '../types.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { exportModel, importModel } from './models-exchange.js';
import { recordFormats } from './options.js';
import { writeRecords } from './write-records.js';

export const models: Command = {
  options: ['bundle', 'classifier', 'to', 'name', 'bundle-version', 'format', 'output'],
  formats: recordFormats,
  describe: {
    bundle: 'the bundle in use; import puts the model into a copy of it [DIR|NAME]',
    output: 'file for the list; export and import: the directory to write [PATH]',
  },
  examples: [
    ['models list', 'the shipped bundles and the one in use'],
    ['models show default', 'roles and classifiers of a bundle'],
    ['models verify ./my-bundle', 'compare every byte with the digests of the bundle'],
    ['models export ./my-bundle --to tensorflow -o DIR', 'its one-layer network as a TensorFlow.js model'],
    ['models import DIR --bundle ./my-bundle -o new', 'the bundle with a network from TensorFlow.js'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const [action, ...named] = words;
  if (action === 'export') return exportModel(named, settings);
  if (action === 'import') return importModel(named, settings);
  const inUse = settings.text('bundle');
  const destination = { to: settings.text('output') };
  if (action === 'list') {
    await writeRecords(listed(named, inUse).map(bundleRecord), settings, destination, bundleTable);
    return EXIT.done;
  }
  const directories = named.length === 0 ? [findBundle(inUse)] : named.map((name) => findBundle(name));
  const records = directories.map(action === 'verify' ? verifiedRecord : bundleRecord);
  const table = action === 'verify' ? bundleVerdicts : showTable;
  await writeRecords(records, settings, destination, table);
  return records.every(({ intact }) => intact) ? EXIT.done : EXIT.bundle;
}

/** Right digests do not tell whether the numbers of behaviour, which are only looked at when they are used, are such. */
function verifiedRecord(directory: string): BundleRecord {
  const { record, bundle } = readDescribed(directory);
  if (bundle === null) return record;
  try {
    const { behaviour } = loadedBundle(bundle, () => bundle.arrays);
    if (behaviour !== null) checkBehaviour(behaviour);
    return record;
  } catch (error) {
    return { ...record, intact: false, problem: toNetworkmlError(error).toSentence() };
  }
}

const showTable: typeof bundleTable = (records, style) =>
  records.map((record) => bundleBlock(record, style)).join('\n');

/** The shipped bundles and the one in use, or those in the directories that are named. */
function listed(named: readonly string[], inUse: string | undefined): string[] {
  if (named.length > 0) return named.flatMap(bundlesIn);
  const shipped = listShippedBundles().map(({ directory }) => directory);
  const chosen = inUse ?? process.env.NETWORKML_BUNDLE;
  return chosen === undefined || chosen === '' ? shipped : [...new Set([...shipped, findBundle(chosen)])];
}

function bundlesIn(directory: string): string[] {
  if (existsSync(join(directory, MANIFEST_FILE))) return [directory];
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new NetworkmlError('NML_MODEL_MISSING', 'no directory', { file: directory });
  }
  const inside = readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));
  return inside.filter((path) => existsSync(join(path, MANIFEST_FILE)));
}

/** What there is to say about a bundle, an unreadable one too. */
function bundleRecord(directory: string): BundleRecord {
  return readDescribed(directory).record;
}

/** The record of a bundle, and the bundle where every digest in it is right. */
function readDescribed(directory: string): { record: BundleRecord; bundle: Bundle | null } {
  try {
    const bundle = verifyBundle(directory);
    const record = { ...describe(directory, bundle), intact: true, problem: null, bytes: bundle.bytes };
    return { record, bundle };
  } catch (error) {
    return { record: damagedRecord(directory, toNetworkmlError(error).toSentence()), bundle: null };
  }
}

function damagedRecord(directory: string, problem: string): BundleRecord {
  try {
    return { ...describe(directory, readManifest(directory, { verify: false })), intact: false, problem };
  } catch {
    // Not even the manifest can be read: then only the place is known.
    return { ...nameless(directory), problem };
  }
}

function describe(directory: string, { manifest, sha256 }: ManifestFile): BundleRecord {
  return {
    ...nameless(directory),
    name: manifest.name,
    version: manifest.version,
    sha256,
    roles: manifest.roles.map(({ group: _, ...role }) => role),
    classifiers: manifest.classifiers.map(({ kind }) => kind),
    ...hintsOf(manifest),
    views: manifest.behaviour?.views.map(({ id }) => id) ?? [],
    bytes: manifest.data.bytes,
  };
}

function hintsOf({ classifiers }: ManifestFile['manifest']): Pick<BundleRecord, 'hints'> {
  const meta = classifiers.find(({ kind }) => kind === 'ensemble')?.meta.hints;
  if (typeof meta !== 'object' || meta === null) return {};
  const opinions: unknown = 'opinions' in meta ? meta.opinions : [meta];
  const counts = Array.isArray(opinions)
    ? opinions.map((one: { tokens?: unknown } | null) => one?.tokens)
    : [];
  return { hints: counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0) };
}

function nameless(directory: string): BundleRecord {
  return {
    schema: 'networkml/bundle-info/v1',
    path: directory,
    name: basename(directory),
    version: '',
    sha256: '',
    intact: false,
    problem: null,
    roles: [],
    classifiers: [],
    views: [],
    bytes: 0,
  };
}
