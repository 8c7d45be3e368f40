/**
 * Records that leave the program. The JSON Schemas in `schemas/` are generated from this file.
 * Times are RFC 3339 in UTC with nine decimals at most; sizes are bytes.
 */

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

export type VerdictName = 'normal' | 'anomalous' | 'not-evaluated';

export interface NamedSession {
  /** `address:port`, IPv6 in brackets; without port for protocols that have none. */
  initiator: string;
  responder: string;
  protocol: string;
  start: string;
  /** 0 to 1; near 1: no reference session is like it. */
  outlierProbability: number;
  why: string[];
}

/** A peer or port behind what stands out. */
export interface NamedPeer {
  /** Which number it is behind, or who opened the sessions. */
  trait: string;
  address: string | null;
  /** `tcp/445`; several between spaces; null where the number counts hosts alone. */
  port: string | null;
  count: number;
}

/** A minute (view `net`) or 15 minutes (other views but `sess`) that stand out. */
export interface NamedWindow {
  view: string;
  start: string;
  seconds: number;
  /** 0 to 1; near 1: no reference unit is like it. */
  outlierProbability: number;
  why: string[];
  peers: NamedPeer[];
  /** The normal capture that is most like it. */
  nearest: string | null;
}

/** 15 minutes of a capture. */
export interface BehaviourSlice {
  start: string;
  /** -log10 of the tail probability of the strangest view; higher is stranger. */
  score: number;
  /** That view. */
  view: string;
}

export interface AnomalyRecord {
  /** The role it was judged by; the weightiest one where several were. */
  role: string | null;
  verdict: VerdictName;
  /** -log10 of the calibrated tail; higher is stranger. */
  score: number | null;
  threshold: number | null;
  reason: string | null;
  /** The strangest sessions, where the view of sessions gave the verdict. */
  sessions: NamedSession[];
  /** The view that gave the verdict: `net`, `adm` or `sess`. */
  view?: string;
  /** The strangest minutes or slices, where `net` or `adm` gave the verdict. */
  windows?: NamedWindow[];
  /** The capture by slices of 15 minutes, at most the 96 strangest. */
  timeline?: BehaviourSlice[];
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

/** Counts and shares of one role in an evaluation. */
export interface RoleScore {
  role: string;
  devices: number;
  captures: number;
  /** Mean over the role's devices of the share of captures with the right first answer. */
  recall: number;
  /** The same for the right answer among the top three. */
  top3: number;
  precision: number;
  f1: number;
}

/** Captures of devices never seen whose confidence lies in one stretch of 0 to 1. */
export interface ReliabilityRecord {
  from: number;
  to: number;
  items: number;
  confidence: number;
  accuracy: number;
}

/** What the Unknown rule does at one cut; every role and every device of it counts alike. */
export interface CoverageRecord {
  cut: number;
  /** Share of the captures that is answered. */
  coverage: number;
  /** Share of right answers among these. */
  accuracy: number | null;
}

/** How well captures of a role that was never trained are told from captures of trained roles. */
export interface UnknownRoleScore {
  role: string;
  captures: number;
  /** Of one less the raw top probability, each device with the same weight. */
  areaUnderRoc: number;
}

/** Figures with fewer devices of each role to learn from. */
export interface LearningPoint {
  /** Devices of a role at most; null: all there are. */
  devices: number | null;
  roleBalancedRecall: number;
  roleBalancedTop3: number;
}

/** Roles dealt out anew among the devices: nothing is left to be learnt, so recall has to fall to chance. */
export interface ShuffleControl {
  kind: 'shuffle';
  /** Role-balanced recall of each dealing. */
  recalls: number[];
  /** One over the number of roles that can be scored. */
  chance: number;
  /** The mean may lie this much above chance: three standard errors. */
  allowance: number;
  passed: boolean;
}

/** MAC addresses, IP addresses and file names exchanged for others: no vector may change. */
export interface AddressesControl {
  kind: 'addresses';
  captures: number;
  /** Captures with other vectors than before. */
  changed: number;
  firstChanged: string | null;
  passed: boolean;
}

/** Figures of captures whose device was learnt from in other captures of it. */
export interface KnownDevicesRecord {
  captures: number;
  devices: number;
  /** Captures with the right first answer, and with the right one among the top three. */
  right: number;
  withinThree: number;
  /** Mean over roles of the mean over devices of the share of these captures, likewise. */
  roleBalancedRecall: number;
  roleBalancedTop3: number;
}

/** Figures of the same captures where answers rest on what devices say of themselves and their makers are known for, too. */
export interface HintedFigures
  extends Pick<
    EvaluationRecord,
    | 'accuracy'
    | 'roleBalancedRecall'
    | 'roleBalancedTop3'
    | 'top3'
    | 'macroF1'
    | 'byDevice'
    | 'knownDevices'
    | 'unknown'
    | 'calibration'
    | 'roles'
  > {
  /** Captures in which something known is said; the others are answered as without. */
  heard: number;
}

export interface EvaluationRecord {
  schema: 'networkml/evaluation/v1';
  /** `bundle`: a given bundle as it is; the others: retrained K times with such groups of captures left out. */
  mode:
    | 'bundle'
    | 'leave-devices-out'
    | 'leave-families-out'
    | 'leave-sites-out'
    | 'leave-implementations-out'
    | 'leave-captures-out';
  folds: number | null;
  classifier: string;
  seed: number | null;
  /** How the device of each capture was found. */
  deviceFrom: 'labels' | 'traffic';
  captures: number;
  devices: number;
  failed: number;
  /** Share of captures with the right first answer. */
  accuracy: number;
  /** Mean over roles of the mean over devices of the share of right captures. */
  roleBalancedRecall: number;
  roleBalancedTop3: number;
  top3: number;
  macroF1: number;
  /** Of devices as wholes: the answer is the mean over their captures. */
  byDevice: { recall: number; top3: number };
  /** Only where captures are left out, and some are of devices that have others. */
  knownDevices?: KnownDevicesRecord;
  unknown: { share: number; accuracyOfAnswered: number | null };
  /** `offset`: null for bundles from before it, which scale all roles by the temperature. */
  calibration: {
    /** By capture. */
    expectedCalibrationError: number;
    /** The same with every device alike. */
    expectedCalibrationErrorByDevice: number;
    temperature: number;
    offset: number | null;
  };
  reliability: ReliabilityRecord[];
  coverage: CoverageRecord[];
  roles: RoleScore[];
  /** `matrix[i][j]`: captures of role i answered as role j (Unknown ignored). */
  confusion: { roles: string[]; matrix: number[][] };
  /** Whether the device was chosen rightly, where the labels give its address. */
  deviceChoice: { oneHost: Share; twoHost: Share } | null;
  /** Each role left out of training in turn; null unless asked for. */
  unknownRoles: { areaUnderRoc: number; roles: UnknownRoleScore[] } | null;
  /** Null unless asked for. */
  learningCurve: LearningPoint[] | null;
  /** Only when it is asked for: `hints`. */
  withHints?: HintedFigures;
  /** Those that were asked for. */
  controls: (ShuffleControl | AddressesControl)[];
  warnings: string[];
}

export interface Share {
  right: number;
  of: number;
}

/** A record for one bundle, as `models list|show|verify` print it. */
export interface BundleRoleRecord {
  id: string;
  title: string;
  /** Devices it was trained on. */
  devices: number;
  /** Of these, those that only help out. */
  devicesBesides?: number;
  captures: number;
  /** Trained on too few devices to be relied on; those that only help out do not count. */
  thin: boolean;
}

export interface BundleRecord {
  schema: 'networkml/bundle-info/v1';
  path: string;
  name: string;
  version: string;
  sha256: string;
  intact: boolean;
  problem: string | null;
  roles: BundleRoleRecord[];
  classifiers: string[];
  /** Tokens of what devices say of themselves and makers are known for that its ensemble knows; absent where it was trained without. */
  hints?: number;
  views: string[];
  bytes: number;
}

export interface CountRecord {
  count: number;
  of: number;
}

/** Figures of behaviour for one way of leaving captures out. */
export interface BehaviourFigures {
  /** Whole devices, or single captures of devices that are known from their other ones, as after enrolment. */
  leftOut: 'devices' | 'captures';
  /** Whether the attacks are composites: real attacks laid over captures of other roles. */
  composites: boolean;
  /** Captures in the figures: those of roles with too small a reference are not. */
  normals: number;
  attacks: number;
  areaUnderRoc: number | null;
  areaUnderRocOwnRoles: number | null;
  averagePrecision: number | null;
  rates: { rate: number; threshold: number; detected: CountRecord; falseAlarms: CountRecord }[];
  /** At 5 %, by the number of 15-minute slices of the capture. */
  falseAlarmsByLength: { slices: string; falseAlarms: CountRecord }[];
  /** Attacks by what the label table calls them; detected at 5 %. */
  kinds: { what: string; detected: CountRecord }[];
}

export interface BehaviourEvaluationRecord {
  schema: 'networkml/behaviour-evaluation/v1';
  seed: number;
  captures: number;
  attacks: number;
  composites: number;
  failed: number;
  splits: BehaviourFigures[];
  warnings: string[];
}
