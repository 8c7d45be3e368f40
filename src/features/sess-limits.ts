/** Numbers of the `sess` view that assembly/device reads, too. */

/** How many numbers a unit has. */
export const SESS_NUMBERS = 16;
/** At most this many sessions of one 15-minute slice become units. */
export const UNITS_PER_BIN = 512;
