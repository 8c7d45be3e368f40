/** How well roles are told. */

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

/**
 * Each role left out of training in turn: its captures against those of devices never seen, or, where captures are left
 * out, against other captures of known devices.
 */
export interface UnknownRoles {
  /** Mean over the roles. */
  areaUnderRoc: number;
  roles: UnknownRoleScore[];
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

/** Figures of the same captures where answers rest on what devices say of themselves and their names and makers are known for, too. */
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
  /** Only when it is asked for. */
  unknownRoles?: UnknownRoles;
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
  /** Null unless asked for. */
  unknownRoles: UnknownRoles | null;
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
