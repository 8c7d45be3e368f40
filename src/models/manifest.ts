/**
 * The manifest of a bundle, schema `networkml/bundle/v1`: everything about a model but its numbers, which lie in
 * one file of raw little-endian arrays beside it. No dates and no paths, so that the same seed gives the same bytes.
 * `schemas/bundle-v1.schema.json` is generated from this file; `validate.ts` checks the same rules by hand.
 */

/** Any JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** A JSON object whose keys are the business of whoever wrote it. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/**
 * A text that people are shown.
 * @pattern ^[^\u0000-\u001f\u007f-\u009f]{1,128}$
 */
export type ShownText = string;

/**
 * A name that programs match on.
 * @pattern ^[a-z0-9][a-z0-9._/-]{0,63}$
 */
export type Id = string;

/**
 * SHA-256 in hexadecimal.
 * @pattern ^[0-9a-f]{64}$
 */
export type Digest = string;

/**
 * A number of things.
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
export type Count = number;

/**
 * A number of bytes or elements, as far as a bundle can have them.
 * @asType integer
 * @minimum 0
 * @maximum 1073741824
 */
export type ByteCount = number;

/** Element types an array may have. */
export type ArrayDtype = 'float32' | 'float64' | 'uint32' | 'int32' | 'uint16' | 'uint8';

/** One role a bundle knows. */
export interface BundleRole {
  /** As in capture names: `IpCamera`. Never `Unknown`. */
  id: ShownText;
  /** For people: `IP camera`. */
  title: ShownText;
  /** Roles of one kind share it: `consumer IoT`. */
  group?: ShownText;
  /** Devices it was trained on. */
  devices: Count;
  /** Of these devices, those that only help out: learnt from besides, or of another origin than the others. */
  devicesBesides?: Count;
  /** Captures it was trained on. */
  captures: Count;
  /** Trained on too few devices to be relied on; those that only help out do not count. */
  thin: boolean;
}

/** One role classifier: its kind, the layout of the vectors it takes, and which arrays hold its parts. */
export interface BundleClassifier {
  /** As given to `--classifier`: `one-layer`. */
  kind: Id;
  /** Layout id: `port-protocol-4104/1`. */
  layout: Id;
  meta: JsonObject;
  /** Name of a part to name of an array. */
  arrays: { [part: string]: string };
}

/** One view of the behaviour model. */
export interface BundleView {
  id: Id;
  layout: Id;
  meta: JsonObject;
  /** Name of a part to name of an array. */
  arrays: { [part: string]: string };
}

/** The behaviour model of all roles. */
export interface BundleBehaviour {
  /** @maxItems 64 */
  views: BundleView[];
  calibration: JsonObject;
}

/** What a bundle was trained on, and how well it did there. */
export interface BundleTraining {
  captures: Count;
  devices: Count;
  seed: Count;
  /** SHA-256 of the table of the digests of all captures. */
  digest: Digest;
  figures: { [name: string]: number };
  options: JsonObject;
}

/** The file that holds all arrays, each at a multiple of eight bytes, with zeros between. */
export interface BundleData {
  /**
   * A plain name inside the bundle.
   * @pattern ^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$
   */
  file: string;
  bytes: ByteCount;
}

/** Where one array lies in the data file. */
export interface ArrayEntry {
  /** @pattern ^[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}$ */
  name: string;
  dtype: ArrayDtype;
  /**
   * Row-major. Their product times the element size is `bytes`.
   * @minItems 1
   * @maxItems 8
   */
  shape: ByteCount[];
  /** From the start of the data file. */
  offset: ByteCount;
  bytes: ByteCount;
  /** Of the array's own bytes. */
  sha256: Digest;
}

/** `manifest.json` of a bundle. */
export interface BundleManifest {
  schema: 'networkml/bundle/v1';
  name: ShownText;
  version: ShownText;
  /** Version of networkml that wrote it. */
  library: ShownText;
  /**
   * @minItems 1
   * @maxItems 4096
   */
  roles: BundleRole[];
  /**
   * @minItems 1
   * @maxItems 64
   */
  classifiers: BundleClassifier[];
  /** The `kind` of one of the classifiers. */
  defaultClassifier: Id;
  /** Null when the bundle judges no behaviour. */
  behaviour: BundleBehaviour | null;
  /**
   * A device whose best role is less probable than this is Unknown.
   * @minimum 0
   * @maximum 1
   */
  unknownBelow: number;
  /**
   * Divides the logarithms of the probabilities before they are shown as confidences.
   * @exclusiveMinimum 0
   * @maximum 1000
   */
  temperature: number;
  training: BundleTraining;
  data: BundleData;
  /**
   * In the order of their offsets.
   * @maxItems 65536
   */
  arrays: ArrayEntry[];
}
