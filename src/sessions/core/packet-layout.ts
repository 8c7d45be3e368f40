/**
 * The packet at hand in the memory of the flow core. Offsets in bytes; the words are 32-bit integers, times and sizes
 * doubles. Read by the core itself (assembly/flow), so constants only.
 */

/** Four words of each address, in network order; of IPv4 the first. */
export const SOURCE = 0;
export const DESTINATION = 16;
export const SOURCE_PORT = 32;
export const DESTINATION_PORT = 36;
/** See `scopeOf`. */
export const PACKET_SCOPE = 40;
/** TCP flag byte, or -1 where there is none. */
export const FLAGS = 44;
/** 1 where the link has MAC addresses; of each the first two bytes and the last four. */
export const WITH_MAC = 48;
export const SOURCE_MAC_HIGH = 52;
export const SOURCE_MAC_LOW = 56;
export const DESTINATION_MAC_HIGH = 60;
export const DESTINATION_MAC_LOW = 64;
/** ICMP type in the upper byte and code, 0 for other protocols. */
export const ICMP_WORD = 68;
export const NANOSECONDS = 72;
/** Doubles: whole seconds since 1970, number of the frame. */
export const SECONDS = 80;
export const FRAME = 88;
/** Bytes on the wire, of the IP packet, of the transport header and payload, of the payload. */
export const WIRE_LENGTH = 96;
export const IP_LENGTH = 100;
export const TRANSPORT_LENGTH = 104;
export const PAYLOAD_LENGTH = 108;
/** Where headers and frame lie in memory: the IP header, the transport header, the end of what was captured. */
export const IP_AT = 112;
export const TRANSPORT_AT = 116;
export const FRAME_END = 120;
/** What a core makes of it: 1 where the sender is end b, ports as in a row, hash of the key. */
export const FROM_B = 124;
export const KEY_PORTS = 128;
export const KEY_HASH = 132;
/** The ends of the key as words: IPv4 addresses, numbers of IPv6 ones. Only of the session table. */
export const KEY_A = 136;
export const KEY_B = 140;
export const PACKET_BYTES = 192;
