/** The rules of a manifest, checked by hand: first its shape (what the JSON Schema says too), then what it means. */

import {
  countOf,
  flagOf,
  join,
  type Keys,
  listOf,
  numberOf,
  objectOf,
  type Path,
  recordOf,
  reject,
  textOf,
} from './check.js';
import { checkMeaning } from './check-meaning.js';
import type { BundleManifest } from './manifest.js';

/** Most bytes of the data file: no bundle is near it, and a wrong manifest cannot make us allocate more. */
export const MAX_DATA_BYTES = 2 ** 30;

/** Most bytes of `manifest.json`. */
export const MAX_MANIFEST_BYTES = 8 * 2 ** 20;

const SHOWN = /^[^\p{Cc}]{1,128}$/u;
const ID = /^[a-z0-9][a-z0-9._/-]{0,63}$/u;
const ARRAY_NAME = /^[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}$/u;
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/u;
const DIGEST = /^[0-9a-f]{64}$/u;
const DTYPE = /^(?:float32|float64|uint32|int32|uint16|uint8)$/u;
const IN_WORDS = {
  shown: 'a text of 1 to 128 characters without control characters',
  id: 'an id of lower-case letters, digits, and . _ / -',
  arrayName: 'a name of letters, digits, and . _ / -',
  fileName: 'a plain file name inside the bundle',
  digest: '64 hexadecimal digits',
  dtype: 'one of float32, float64, uint32, int32, uint16, uint8',
} as const;

const TOP: Keys = {
  schema: true,
  name: true,
  version: true,
  library: true,
  roles: true,
  classifiers: true,
  defaultClassifier: true,
  behaviour: true,
  unknownBelow: true,
  temperature: true,
  training: true,
  data: true,
  arrays: true,
};
const ROLE: Keys = {
  id: true,
  title: true,
  group: false,
  devices: true,
  devicesBesides: false,
  captures: true,
  thin: true,
};
const CLASSIFIER: Keys = { kind: true, layout: true, meta: true, arrays: true };
const VIEW: Keys = { id: true, layout: true, meta: true, arrays: true };
const BEHAVIOUR: Keys = { views: true, calibration: true };
const TRAINING: Keys = {
  captures: true,
  devices: true,
  seed: true,
  digest: true,
  figures: true,
  options: true,
};
const DATA: Keys = { file: true, bytes: true };
const ARRAY: Keys = { name: true, dtype: true, shape: true, offset: true, bytes: true, sha256: true };

/**
 * Parsed JSON as a manifest.
 * @throws NetworkmlError NML_MODEL_MANIFEST naming the first value that breaks a rule.
 */
export function validateManifest(value: unknown): BundleManifest {
  checkShape(value);
  const manifest = value as BundleManifest;
  checkMeaning(manifest);
  return manifest;
}

/**
 * The rules that concern one value alone; `schemas/bundle-v1.schema.json` holds exactly these.
 * @throws NetworkmlError NML_MODEL_MANIFEST
 */
export function checkShape(value: unknown): void {
  const top = recordOf(value, '', TOP);
  if (top.schema !== 'networkml/bundle/v1') reject('schema', 'not networkml/bundle/v1');
  for (const key of ['name', 'version', 'library']) textOf(top[key], key, SHOWN, IN_WORDS.shown);
  listOf(top.roles, 'roles', 1, 4096).forEach((role, i) => {
    checkRole(role, join('roles', i));
  });
  listOf(top.classifiers, 'classifiers', 1, 64).forEach((classifier, i) => {
    checkPart(classifier, join('classifiers', i), CLASSIFIER, 'kind');
  });
  textOf(top.defaultClassifier, 'defaultClassifier', ID, IN_WORDS.id);
  if (top.behaviour !== null) checkBehaviour(top.behaviour);
  numberOf(top.unknownBelow, 'unknownBelow', 0, 1);
  if (numberOf(top.temperature, 'temperature', 0, 1000) === 0) reject('temperature', 'not above 0');
  checkTraining(top.training);
  const data = recordOf(top.data, 'data', DATA);
  textOf(data.file, 'data.file', FILE_NAME, IN_WORDS.fileName);
  countOf(data.bytes, 'data.bytes', MAX_DATA_BYTES);
  listOf(top.arrays, 'arrays', 0, 65536).forEach((entry, i) => {
    checkArray(entry, join('arrays', i));
  });
}

function checkRole(value: unknown, path: Path): void {
  const role = recordOf(value, path, ROLE);
  textOf(role.id, join(path, 'id'), SHOWN, IN_WORDS.shown);
  textOf(role.title, join(path, 'title'), SHOWN, IN_WORDS.shown);
  if (Object.hasOwn(role, 'group')) textOf(role.group, join(path, 'group'), SHOWN, IN_WORDS.shown);
  countOf(role.devices, join(path, 'devices'), Number.MAX_SAFE_INTEGER);
  if (Object.hasOwn(role, 'devicesBesides')) {
    countOf(role.devicesBesides, join(path, 'devicesBesides'), Number.MAX_SAFE_INTEGER);
  }
  countOf(role.captures, join(path, 'captures'), Number.MAX_SAFE_INTEGER);
  flagOf(role.thin, join(path, 'thin'));
}

/** A classifier or a view: both name a layout and the arrays of their parts. */
function checkPart(value: unknown, path: Path, keys: Keys, idKey: 'kind' | 'id'): void {
  const part = recordOf(value, path, keys);
  textOf(part[idKey], join(path, idKey), ID, IN_WORDS.id);
  textOf(part.layout, join(path, 'layout'), ID, IN_WORDS.id);
  objectOf(part.meta, join(path, 'meta'));
  const arrays = objectOf(part.arrays, join(path, 'arrays'));
  for (const [name, array] of Object.entries(arrays)) {
    if (typeof array !== 'string') reject(join(join(path, 'arrays'), name), 'not a string');
  }
}

function checkBehaviour(value: unknown): void {
  const behaviour = recordOf(value, 'behaviour', BEHAVIOUR);
  listOf(behaviour.views, 'behaviour.views', 0, 64).forEach((view, i) => {
    checkPart(view, join('behaviour.views', i), VIEW, 'id');
  });
  objectOf(behaviour.calibration, 'behaviour.calibration');
}

function checkTraining(value: unknown): void {
  const training = recordOf(value, 'training', TRAINING);
  for (const key of ['captures', 'devices', 'seed']) {
    countOf(training[key], join('training', key), Number.MAX_SAFE_INTEGER);
  }
  textOf(training.digest, 'training.digest', DIGEST, IN_WORDS.digest);
  for (const [name, figure] of Object.entries(objectOf(training.figures, 'training.figures'))) {
    numberOf(figure, join('training.figures', name), -Number.MAX_VALUE, Number.MAX_VALUE);
  }
  objectOf(training.options, 'training.options');
}

function checkArray(value: unknown, path: Path): void {
  const entry = recordOf(value, path, ARRAY);
  textOf(entry.name, join(path, 'name'), ARRAY_NAME, IN_WORDS.arrayName);
  textOf(entry.dtype, join(path, 'dtype'), DTYPE, IN_WORDS.dtype);
  listOf(entry.shape, join(path, 'shape'), 1, 8).forEach((length, i) => {
    countOf(length, join(join(path, 'shape'), i), MAX_DATA_BYTES);
  });
  countOf(entry.offset, join(path, 'offset'), MAX_DATA_BYTES);
  countOf(entry.bytes, join(path, 'bytes'), MAX_DATA_BYTES);
  textOf(entry.sha256, join(path, 'sha256'), DIGEST, IN_WORDS.digest);
}
