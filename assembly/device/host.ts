/** What is asked of the host; see `TableCore` in src/sessions. */

/** ln(1 + value) to the last bit as the host has it, so that units are the same on every way to them. */
export declare function log1p(value: f64): f64;
