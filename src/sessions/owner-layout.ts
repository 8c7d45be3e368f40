/** The record of an owner, in 32-bit words. Read by the core itself (assembly/table), so constants only. */
/** Number in the table of MAC addresses, -1 on links without. */
export const OWNER_MAC = 0;
/** 4 or 6, and the IPv4 word or the number of the IPv6 address. */
export const OWNER_VERSION = 1;
export const OWNER_ADDRESS = 2;
/** Sessions in which it takes part, and in how many of them it is the server. */
export const OWNER_SESSIONS = 3;
export const OWNER_SERVED = 4;
export const OWNER_FACTS = 5;
/** Distinct unicast addresses behind its MAC address; 0 without one. */
export const OWNER_FRONTS = 6;
export const OWNER_WORDS = 8;

/** Bits of OWNER_FACTS: it sent a packet; it can be a device; its address is private; its MAC lies at both ends of a session. */
export const OWNER_SENDS = 1;
export const OWNER_UNICAST = 2;
export const OWNER_PRIVATE = 4;
export const OWNER_SHARED_MAC = 8;
/** It is not asked for any more. */
export const OWNER_LEFT_OUT = 16;

/** A host with more addresses than this is a gateway, a tap or a virtual switch: its MAC names no device. */
export const FEW_ADDRESSES = 8;
