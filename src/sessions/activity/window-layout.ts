/** How the minutes of sessions are kept. Read by the core itself (assembly/table), so constants only. */

/** Width of the windows in which fan-out and failures are counted. Seconds. */
export const WINDOW_SECONDS = 60;
export const WINDOW_NS = WINDOW_SECONDS * 1e9;
/** Last window that is told apart: two years of minutes. Later packets count to it. */
export const LAST_WINDOW = (1 << 20) - 1;

/**
 * What a row did in one window, in one integer: the window above, one bit a fact and side below. The bit of side b
 * lies one above that of side a.
 */
export const WINDOW_SHIFT = 8;
/** The side sent packets; payload; a SYN (ICMP: an echo request); a RST (ICMP: "destination unreachable"). */
export const DID_SEND = 1;
export const DID_SEND_PAYLOAD = 4;
export const DID_SEND_SYN = 16;
export const DID_SEND_RST = 64;

/** Entries of the log kept at most; what a busier capture does in earlier windows counts to a session's last one. */
export const MOST_ENTRIES = 1 << 21;
