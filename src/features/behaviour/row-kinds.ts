/** Kinds of rows, a bit each, in numbers that assembly/device reads, too. */
export const OPENED_BY_DEVICE = 1;
export const IS_MULTICAST = 2;
export const IS_TCP = 4;
export const IS_UDP = 8;
export const IS_ICMP = 16;
