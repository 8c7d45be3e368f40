/** Math.log: as exact as the host is. */
export declare function log(x: f64): f64;
