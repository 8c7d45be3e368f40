/**
 * Why a packet that was read could not be used. The number is what decoders return (0: used), the name is what
 * records show.
 */
export const USED = 0;
export const SKIP_LINK_TYPE = 1;
export const SKIP_TRUNCATED = 2;
export const SKIP_NON_IP = 3;
export const SKIP_IP_HEADER = 4;
export const SKIP_FRAGMENT = 5;
export const SKIP_ENCRYPTED = 6;
export const SKIP_AGGREGATED = 7;
export const SKIP_FILTERED = 8;

/** Names by number. */
export const skipReasonNames = [
  'used',
  /** The link type of the interface is not one that is decoded. */
  'link-type',
  /** The captured bytes end before the headers do. */
  'truncated',
  /** ARP, LLDP, spanning tree and everything else that carries no IP. */
  'non-ip',
  /** The IP header contradicts itself (version, header length, total length). */
  'ip-header',
  /** A later fragment whose first fragment was not seen. */
  'fragment',
  /** A protected 802.11 frame. */
  'encrypted',
  /** Several packets in one 802.11 frame (A-MSDU). */
  'aggregated',
  /** Not what the filter asks for. */
  'filtered',
] as const;

export type SkipReasonName = Exclude<(typeof skipReasonNames)[number], 'used'>;

/** Counters by reason number; index 0 counts the packets that were used. */
export function createSkipCounters(): Float64Array {
  return new Float64Array(skipReasonNames.length);
}

/** Non-zero counters by name, in the order of the table. */
export function skippedByName(counters: Float64Array): Partial<Record<SkipReasonName, number>> {
  const out: Partial<Record<SkipReasonName, number>> = {};
  for (const [reason, name] of skipReasonNames.entries()) {
    const count = counters[reason] ?? 0;
    if (name !== 'used' && count > 0) out[name] = count;
  }
  return out;
}
