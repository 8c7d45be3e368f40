/**
 * Bits of what a peer was asked for in the `adm` view, in numbers that assembly/device reads, too: one for each
 * administration port in the order of `administration` (adm-units.ts), then these.
 */
export const ADMINISTRATION = 0x1ff;
/** A port of a directory server. */
export const DIRECTORY = 0x200;
/** TCP on a dynamic port. */
export const DYNAMIC = 0x400;
/** Peers that are kept of a unit, each by three numbers: mask, 1 when the device opened the sessions, row. */
export const ADM_PEERS = 5;
export const ADM_PEER_WORDS = 3;
