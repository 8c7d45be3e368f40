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

/** Element types an array may have. */
export type ArrayDtype = 'float32' | 'float64' | 'uint32' | 'int32' | 'uint8';

/** One role a bundle knows. */
export interface BundleRole {
  /**
   * As in capture names: `IpCamera`. Never `Unknown`.
   * @pattern ^[^\p{Cc}]{1,128}$
   */
  id: string;
  /**
   * For people: `IP camera`.
   * @pattern ^[^\p{Cc}]{1,128}$
   */
  title: string;
  /**
   * Roles of one kind share it: `consumer IoT`.
   * @pattern ^[^\p{Cc}]{1,128}$
   */
  group?: string;
  /**
   * Devices it was trained on.
   * @asType integer
   * @minimum 0
   * @maximum 9007199254740991
   */
  devices: number;
  /**
   * Captures it was trained on.
   * @asType integer
   * @minimum 0
   * @maximum 9007199254740991
   */
  captures: number;
  /** Trained on too few devices to be relied on. */
  thin: boolean;
}

/** One role classifier: its kind, the layout of the vectors it takes, and which arrays hold its parts. */
export interface BundleClassifier {
  /**
   * As given to `--classifier`: `one-layer`.
   * @pattern ^[a-z0-9][a-z0-9._/-]{0,63}$
   */
  kind: string;
  /**
   * Layout id: `port-protocol-4104/1`.
   * @pattern ^[a-z0-9][a-z0-9._/-]{0,63}$
   */
  layout: string;
  meta: JsonObject;
  /** Name of a part to name of an array. */
  arrays: { [part: string]: string };
}

/** One view of the behaviour model. */
export interface BundleView {
  /** @pattern ^[a-z0-9][a-z0-9._/-]{0,63}$ */
  id: string;
  /** @pattern ^[a-z0-9][a-z0-9._/-]{0,63}$ */
  layout: string;
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
  /**
   * @asType integer
   * @minimum 0
   * @maximum 9007199254740991
   */
  captures: number;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 9007199254740991
   */
  devices: number;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 9007199254740991
   */
  seed: number;
  /**
   * SHA-256 of the table of the digests of all captures.
   * @pattern ^[0-9a-f]{64}$
   */
  digest: string;
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
  /**
   * @asType integer
   * @minimum 0
   * @maximum 1073741824
   */
  bytes: number;
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
   * @items { "type": "integer", "minimum": 0, "maximum": 1073741824 }
   */
  shape: number[];
  /**
   * From the start of the data file.
   * @asType integer
   * @minimum 0
   * @maximum 1073741824
   */
  offset: number;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 1073741824
   */
  bytes: number;
  /**
   * Of the array's own bytes.
   * @pattern ^[0-9a-f]{64}$
   */
  sha256: string;
}

/** `manifest.json` of a bundle. */
export interface BundleManifest {
  schema: 'networkml/bundle/v1';
  /** @pattern ^[^\p{Cc}]{1,128}$ */
  name: string;
  /** @pattern ^[^\p{Cc}]{1,128}$ */
  version: string;
  /**
   * Version of networkml that wrote it.
   * @pattern ^[^\p{Cc}]{1,128}$
   */
  library: string;
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
  /**
   * The `kind` of one of the classifiers.
   * @pattern ^[a-z0-9][a-z0-9._/-]{0,63}$
   */
  defaultClassifier: string;
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
