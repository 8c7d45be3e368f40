/**
 * A row of the meter: one live session in the memory of the flow core, which is seen as 32-bit integers and as doubles at
 * once. Offsets below count in elements of the view they belong to. `a` and `b` are the ends in canonical order. Read by
 * the core itself (assembly/flow), so constants only.
 */

/** What nearly every packet asks for fills the first two cache lines, of 64 bytes each. */
const LINES = 3;

/** 32-bit integers: four address words of each end (IPv4: the first), then the rest of the key. */
export const ADDRESS_A = 0;
export const ADDRESS_B = 4;
/** Port of a in the upper half, of b in the lower. */
export const PORTS = 8;
/** Protocol, IP version, tunnel and VLAN in one word: see `scopeOf`. */
export const SCOPE = 9;
export const EVIDENCE = 10;
/** Where the session's block of statistics lies, which it has from its third packet on; 0 before. */
export const STATISTICS_BLOCK = 11;
/** The rows used before and after this one, 0 at the ends of the chain; of a free row the next free one. */
export const EARLIER = 12;
export const LATER = 13;
/** Two of each: from a, from b. */
export const PACKETS = 14;
/** Doubles, two of each: from a, from b. Times are whole milliseconds since 1970. */
export const BYTES = 8;
export const FIRST_MS = 10;
export const LAST_MS = 12;
/** 32-bit integers, two of each: nanoseconds within the millisecond. */
export const LAST_NS = 28;
export const FIRST_NS = 30;

export const HASH = 32;
/** Number of the session in the order of opening; all its parts have it. */
export const SESSION = 33;
export const PART = 34;
/** First two bytes of both MAC addresses, those of a in the upper half; then the last four bytes of each. */
export const MAC_HIGHS = 35;
export const MAC_LOW_A = 36;
export const MAC_LOW_B = 37;
/** Lists: where their first and last chunks lie. */
export const SPLT_HEAD = 38;
export const SPLT_TAIL = 39;
export const FRAMES_HEAD = 40;
export const FRAMES_TAIL = 41;
/**
 * ICMP type and code of the first packet, type in the upper byte; of TCP, which has neither, the flags of the first
 * packet and of the second in the byte above.
 */
export const ICMP = 42;
export const FIRST_FLAGS = 42;
/** Size of the first packet, bytes. */
export const FIRST_SIZE = 43;
export const ROW_INTS = 44;
export const ROW_DOUBLES = LINES * 8;

/** A block of statistics: three sets of doubles (both directions, from a, from b), then counters. */
export const SET = 8;
export const SIZE_MEAN = 0;
/** Sum of squared distances from the mean (Welford, 1962). */
export const SIZE_M2 = 1;
export const SIZE_MIN = 2;
export const SIZE_MAX = 3;
/** The same four of the times between packets. */
export const INTERVAL_MEAN = 4;
/** 32-bit counters of TCP flags behind them: eight from a, eight from b, by bit number. */
export const FLAG_COUNTS = 3 * SET * 2;
export const BLOCK_DOUBLES = 3 * SET + 8;

/** Bits of EVIDENCE. */
export const FIRST_PACKET_BY_B = 1;
export const SYN_BY_A = 2;
export const SYN_BY_B = 4;
export const SYN_ACK_TO_A = 8;
export const SYN_ACK_TO_B = 16;
/** Of the four above those that speak for a, and for b. */
export const ABOUT_A = SYN_BY_A | SYN_ACK_TO_A;
export const ABOUT_B = SYN_BY_B | SYN_ACK_TO_B;
export const HAS_MAC = 32;
export const FIN_BY_A = 64;
export const FIN_BY_B = 128;
/** The last FIN came from b. */
export const LAST_FIN_BY_B = 256;
/** Who opened the session as its earlier parts had it, for want of a SYN. */
export const KEPT_A = 512;
export const KEPT_B = 1024;

/** Doubles of a chunk of a list; the first 32-bit integer before them says where the next chunk lies. */
export const LIST_VALUES = 15;

/** Why a session ended, in the order of END_REASONS. */
export const ENDED_IDLE = 0;
export const ENDED_ACTIVE = 1;
export const ENDED_INPUT = 2;
export const ENDED_FIN = 3;
export const ENDED_RST = 4;
export const ENDED_PLUGIN = 5;
export const ENDED_LIMIT = 6;

/** Bytes of a cell of text in the table: no address takes more. */
export const TEXT_ROOM = 48;
/** Bytes of a word for reasons and initiators: its length, then its text. */
export const WORD_BYTES = 16;
