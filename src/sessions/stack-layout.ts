/** The record of a host's IP and TCP stack, in 32-bit words. Read by the core itself (assembly/table), so constants only. */
export const PACKETS = 0;
/** Six counters, by the least initial TTL that is not below the packet's: 1, 4, 32, 64, 128, 255. */
export const TTL = 1;
export const DONT_FRAGMENT = 7;
export const SYNS = 8;
export const WINDOW = 9;
export const SEGMENT_SIZE = 10;
/** Shift count + 1. */
export const SCALE = 11;
export const STACK_FLAGS = 12;
export const STACK_WORDS = 13;

/** Bits of STACK_FLAGS. */
export const HAS_TIMESTAMPS = 1;
export const HAS_SACK = 2;
export const HAS_NO_OPTIONS = 4;

/** Most hosts that are remembered, so that a scan cannot fill the memory. */
export const MOST_HOSTS = 65_536;
