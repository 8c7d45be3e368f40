/** A moment: whole seconds since 1970-01-01 UTC, and nanoseconds within the second. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}
