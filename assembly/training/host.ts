/** Math.exp: as exact as the host is. */
export declare function exp(x: f64): f64;
