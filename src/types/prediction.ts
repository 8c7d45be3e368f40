/** What is said of a capture: its role and its behaviour, or why there is neither. */

import type { AnomalyRecord } from './anomaly.js';

export interface CaptureNameRecord {
  deviceName: string | null;
  deviceId: string | null;
  /** As in the name: `Fri0036`. */
  time: string | null;
  duration: string | null;
  flags: string | null;
}

export interface CaptureRecord {
  file: string;
  /** Of the file as it is stored (compressed, if it is); null above 256 MiB unless it is asked for. */
  sha256: string | null;
  /** Null when the file name follows no convention. */
  name: CaptureNameRecord | null;
  /** Names of the link types met, joined by `+`. */
  linkType: string;
  /** All packets in the file, skipped ones included. */
  packets: number;
  /** Their lengths on the wire. */
  bytes: number;
  /** Sessions of all hosts. */
  sessions: number;
  firstPacket: string | null;
  lastPacket: string | null;
  seconds: number;
  /** Packets that were read but could not be used, by reason. */
  skipped: Record<string, number>;
  /**
   * Packets that the capturing program says it lost (statistics of the interfaces in pcapng); absent where the file does not
   * say.
   */
  dropped?: number;
  /** The file ends in the middle of a record. */
  truncated: boolean;
}

/** How the device of a capture was found. */
export type ChosenBy = 'option' | 'file-name' | 'traffic';

export interface DeviceRecord {
  mac: string | null;
  addresses: string[];
  vendor: string | null;
  chosenBy: ChosenBy;
}

export interface SessionCountsRecord {
  total: number;
  initiated: number;
  received: number;
  external: number;
}

export interface RankedRole {
  role: string;
  /** 0 to 1. */
  confidence: number;
}

export interface RoleReason {
  feature: string;
  contribution: number;
}

export interface RoleRecord {
  /** A role of the bundle, or `Unknown`. */
  label: string;
  confidence: number;
  top: RankedRole[];
  why: RoleReason[];
  /** Group of the first role, where the label is `Unknown`: `consumer IoT`. */
  resembles?: string;
  /** The device that the bundle was trained on and that is most alike. */
  nearest?: NearestRecord;
}

/** A device that a bundle was trained on. */
export interface NearestRecord {
  device: string;
  role: string;
  /** 0 alike, 1 nothing in common. */
  distance: number;
}

/** Another host that the capture could be about as well. */
export interface AlternativeRecord {
  device: DeviceRecord;
  sessions: SessionCountsRecord;
  role: RoleRecord;
}

export interface ModelRecord {
  name: string;
  version: string;
  /** Of the manifest, which holds the digests of all other files. */
  sha256: string;
  classifier: string;
}

/** What is known of the device from all its captures; only a service that keeps the state of devices says it. */
export interface HistoryRecord {
  /** Captures of the device up to this one. */
  captures: number;
  /** Of the first of them. */
  firstSeen: string | null;
  /** The role by the time-weighted average over them; `Unknown` when most of that weight is. */
  role: { label: string; confidence: number; top: RankedRole[] };
}

/** What the device says of itself. */
export interface HintRecord {
  /** Where: `dhcp-options`, `dhcp-vendor`, `mdns-offers`, `mdns-asks`, `ssdp-target`, `ssdp-server`, `http-agent`, `http-server`, `tls-name`, `dns-name`, `name-service`. */
  kind: string;
  /** At most 120 characters; bytes that are no printable ASCII as `\ddd`. */
  text: string;
  /** Packets that say so. */
  count: number;
}

export interface PredictionRecord {
  schema: 'networkml/prediction/v1';
  capture: CaptureRecord;
  device: DeviceRecord;
  sessions: SessionCountsRecord;
  role: RoleRecord;
  anomaly: AnomalyRecord;
  model: ModelRecord;
  /** The other host, where two are equally likely to be the device. */
  alternatives?: AlternativeRecord[];
  /** Only when it is asked for, as it lies behind the headers. The role rests on it where `model.classifier` says so. */
  hints?: HintRecord[];
  warnings: string[];
  history?: HistoryRecord;
}

export interface ErrorRecord {
  schema: 'networkml/error/v1';
  capture: { file: string };
  error: { code: string; message: string; hint: string };
}

export type PredictionOutcome = PredictionRecord | ErrorRecord;

/** What all captures of one device say together. */
export interface DeviceSummaryRecord {
  schema: 'networkml/device-summary/v1';
  /** Captures with the same MAC address are of one device; without one, those with the same first address. */
  device: { mac: string | null; addresses: string[]; vendor: string | null };
  captures: number;
  /** Of all its captures. */
  firstPacket: string | null;
  lastPacket: string | null;
  /**
   * The mean of the confidences over the captures, 0 where a role is not among the first three of one; `Unknown` when
   * more than half of the captures are.
   */
  role: { label: string; confidence: number; top: RankedRole[] };
  /** How many captures have each verdict. */
  verdicts: { normal: number; anomalous: number; notEvaluated: number };
  /** Files of the anomalous captures, at most the first 16. */
  anomalousCaptures: string[];
}

/** With `--by-device`: a line for each device, and one for each capture that failed. */
export type DeviceOutcome = DeviceSummaryRecord | ErrorRecord;
