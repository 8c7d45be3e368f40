/** Answers to captures of known role. Lists have one entry a capture. */
export interface AnsweredCaptures {
  readonly roles: readonly string[];
  /** Raw, [captures x roles]. */
  readonly probabilities: Float64Array;
  /** Index into `roles`. */
  readonly labels: ArrayLike<number>;
  readonly devices: readonly string[];
  /** Captures with 0 are left out of every figure (see `OutOfFold`). */
  readonly evaluable?: ArrayLike<number>;
  /** 1 for captures whose device was learnt from, too, in other captures of it; none unless given. */
  readonly deviceKnown?: ArrayLike<number>;
  /** Fold each answer comes from; needed to judge a calibration that is fitted on these same captures. */
  readonly folds?: ArrayLike<number>;
}
