/**
 * Records and files of `networkml detect`. The JSON Schemas `detect-score-v1`, `detect-learn-v1` and `detector-v1` are
 * generated from this file. Times are RFC 3339 in UTC.
 */
import type { FlowShape } from '../features/index.js';

/** What a detector scores: a piece of a directed flow, or a session. */
export interface DetectUnit {
  src: string;
  dst: string;
  srcPort: number;
  dstPort: number;
  protocol: number;
  packets: number;
  start: string;
  end: string;
}

/** The score of one flow or session. */
export interface DetectRecord {
  schema: 'networkml/detect-score/v1';
  file: string;
  unit: 'flow' | 'session';
  index: number;
  flow: DetectUnit;
  /** Higher is stranger; its scale is that of the algorithm. */
  score: number;
  /** Of the model. */
  threshold: number;
  /** Whether the score lies above the threshold. */
  anomaly: boolean;
  /** Share of the scores in learning, of units that the model had not seen, that were as high or higher. */
  tail: number;
}

/** Which rule made the threshold. */
export interface ThresholdRecord {
  value: number;
  /** `auto`: the upper fence of the adjusted boxplot, the 0.99 quantile at most. */
  rule: 'auto' | 'quantile' | 'contamination';
  /** The quantile, or the expected share of anomalies; null with `auto`. */
  share: number | null;
}

/** How well labelled units are told, none of which was learnt from. */
export interface DetectFigures {
  /** Units of the test part. */
  normal: number;
  anomalous: number;
  areaUnderRoc: number;
  averagePrecision: number;
  /** Of the anomalous units of the test part, those above the threshold; and of the normal ones. */
  detected: number;
  falseAlarms: number;
}

/** What has been learnt. */
export interface DetectTraining {
  captures: number;
  /** Flows or sessions that the model was fitted to, and those among them that are labelled anomalous. */
  units: number;
  anomalous: number;
  seed: number;
  /** Share that was kept for the test; null without labels. */
  testSize: number | null;
  figures: DetectFigures | null;
}

/** What `detect learn` says. */
export interface DetectLearnRecord {
  schema: 'networkml/detect-learn/v1';
  model: string;
  sha256: string;
  algorithm: string;
  features: string;
  columns: number;
  standardised: boolean;
  settings: Record<string, number>;
  threshold: ThresholdRecord;
  training: DetectTraining;
  /** Time for reading captures, fitting (the threshold included) and testing. */
  seconds: { read: number; fit: number; test: number };
}

/** Features of `--features stats48`: sizes, intervals and TCP flags of a session, as `sessions --stats` has them. */
export interface SessionStatistics {
  schema: 'networkml/session-statistics/v1';
}

/** A model as it lies on disk. Numbers of arrays are little-endian doubles in base64. */
export interface DetectorFile {
  schema: 'networkml/detector/v1';
  /** Version of networkml that wrote it. */
  library: string;
  algorithm: 'ocsvm' | 'kde' | 'gmm' | 'if' | 'pca' | 'ae' | 'sos';
  settings: Record<string, number>;
  columns: number;
  /** Rows that the arrays were fitted to. */
  rows: number;
  /** A shape of flow features, or the statistics of sessions. */
  features: FlowShape | SessionStatistics;
  threshold: ThresholdRecord;
  training: DetectTraining;
  arrays: {
    /** Of the detector, by name. */
    detector: Record<string, string>;
    /** Means and deviations of the columns; null where values are taken as they are. */
    scaler: { means: string; deviations: string } | null;
    /** Ascending quantiles of the scores of units that the model had not seen. */
    unseen: string;
  };
  /** Of the JSON text of all the rest, without white space. */
  sha256: string;
}
