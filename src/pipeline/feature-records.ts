/**
 * Records of `networkml features`. The JSON Schema `features-v1` is generated from this file. Times are RFC 3339 in
 * UTC, lengths of time seconds.
 */

export interface FeatureDeviceRecord {
  mac: string | null;
  addresses: string[];
}

/** Non-zero entries, [index, value] with the index ascending. */
export type SparseVectorRecord = [index: number, value: number][];

/** Layout port-protocol-4104/1 of one session, or of one window of the device's capture. */
export interface PortProtocolRecord {
  schema: 'networkml/features/v1';
  file: string;
  kind: 'port-protocol';
  layout: 'port-protocol-4104/1';
  unit: 'session' | 'window';
  /** Sessions by their first packet; windows by time, those without packets of the device left out. */
  index: number;
  start: string;
  end: string;
  device: FeatureDeviceRecord;
  /** Null for windows. */
  session: { initiator: string; responder: string; protocol: string } | null;
  vector: SparseVectorRecord;
}

/** A 15-minute bin of NetworkML 0.4.5. */
export interface Networkml04Record {
  schema: 'networkml/features/v1';
  file: string;
  kind: 'port-protocol';
  layout: 'networkml-0.4';
  unit: 'bin';
  index: number;
  start: string;
  end: string;
  device: FeatureDeviceRecord;
  session: null;
  /** In order of appearance; `n` packets. */
  sessions: { a: string; b: string; n: number; role: 'initiated' | 'received' | 'both' | 'unrelated' }[];
  vector: SparseVectorRecord;
}

/** A piece of a directed flow, described by one of netml's families. */
export interface FlowFeaturesRecord {
  schema: 'networkml/features/v1';
  file: string;
  kind: 'iat' | 'size' | 'iat-size' | 'stats' | 'samp-num' | 'samp-size';
  fft: boolean;
  header: boolean;
  unit: 'flow';
  index: number;
  flow: {
    src: string;
    dst: string;
    srcPort: number;
    dstPort: number;
    protocol: number;
    packets: number;
    start: string;
    end: string;
  };
  /** As many in every record of a shape. */
  values: number[];
}

export type FeaturesRecord = PortProtocolRecord | Networkml04Record | FlowFeaturesRecord;
