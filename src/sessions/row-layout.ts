/**
 * One row of the session table: a struct of 160 bytes in a flat buffer, read and written through one DataView
 * (little-endian), so that all that one packet changes lies in three cache lines.
 *
 * `a` and `b` are the two ends in canonical order. An address is the IPv4 word, or the number of the IPv6 address
 * in the table's address arena.
 */
export const ROW_BYTES = 160;

export const ADDRESS_A = 0;
export const ADDRESS_B = 4;
/** Port of a in the upper half, of b in the lower. */
export const PORTS = 8;
/** IP protocol; IP version in the third byte. */
export const PROTOCOL = 12;
export const VLAN = 16;
/** Row of the first part of the session; the row itself in the first part. */
export const FIRST_ROW = 20;
/** Time slice of this part. */
export const BIN = 24;
/** Evidence of who opened the session, kept in the first part: see the bits below. */
export const EVIDENCE = 28;
/** Numbers in the MAC table, or -1. */
export const MAC_A = 32;
export const MAC_B = 36;
/**
 * Packets that say something about failure. TCP: those with an impossible flag set; UDP: DNS answers "no such name";
 * ICMP: "destination unreachable", those from a in the lower half, those from b in the upper, each up to 65,535.
 */
export const MARKED_PACKETS = 40;
/** Minute of the newest packet and what the two ends did in it: see `activity/window-layout.ts`. */
export const WINDOW = 44;

/** Two blocks of counters: packets from a, packets from b. */
export const SIDES = 48;
export const SIDE_BYTES = 56;
export const PACKETS = 0;
export const TCP_FLAGS = 4;
export const SYN_PACKETS = 8;
export const RST_PACKETS = 12;
export const WIRE_BYTES = 16;
export const IP_BYTES = 24;
export const PAYLOAD_BYTES = 32;
/** Nanoseconds since the first packet of the capture. */
export const FIRST_NS = 40;
export const LAST_NS = 48;

/** Bits of EVIDENCE: the sender of the first packet, of a SYN without ACK, the receiver of a SYN-ACK. */
export const FIRST_PACKET_BY_B = 1;
export const SYN_BY_A = 2;
export const SYN_BY_B = 4;
export const SYN_ACK_TO_A = 8;
export const SYN_ACK_TO_B = 16;
/** A frame of this session went to a group MAC address (broadcast or multicast). */
export const TO_GROUP_MAC = 32;
/** The MAC address of this end is that of a frame of its own. */
export const OWN_MAC_A = 64;
export const OWN_MAC_B = 128;
