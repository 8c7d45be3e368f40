/** What the meter asks of its host; see `FlowCore` in src/sessions/meter. */

/** A session is over: its row can be read until this returns. */
export declare function ended(row: usize, reason: i32): void;

/** A packet was counted; 1 when its session shall end with it. */
export declare function counted(row: usize, fromB: boolean, first: boolean): boolean;

/** The table is full. */
export declare function full(): void;

/** A piece of text is ready. */
export declare function text(at: usize, bytes: i32): void;

/** Writes a double as ECMAScript does and returns the place behind it: for the few that are very large or small. */
export declare function putDouble(at: usize, value: f64): usize;

export declare function outOfMemory(): void;
