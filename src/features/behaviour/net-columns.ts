/**
 * Columns of the `net` view in numbers that assembly/device reads, too: places in `netNumberNames`. Of two that differ
 * in who opened the sessions, that of what peers opened is one above that of what the device opened.
 */
export const SESSIONS = 0;
export const PEERS = 1;
export const PORTS = 3;
export const MOST_PORTS = 5;
export const MOST_PEERS = 7;
export const ECHO = 8;
export const ARP_ASKED = 9;
export const FAILED = 10;
export const FAILED_SHARE = 12;
export const RESETS = 14;
export const UNANSWERED = 15;
export const UNREACHABLE = 16;
export const NAME_ERRORS = 17;
export const ODD_FLAGS = 18;
export const ARP_UNSOLICITED = 19;
export const ARP_GRATUITOUS = 20;
export const ARP_CONFLICTS = 21;
/** How many numbers a unit has. */
export const NET_NUMBERS = 22;
