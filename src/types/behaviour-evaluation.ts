/** How well attacks are told from normal captures. */

/** A count and what it is out of. */
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
