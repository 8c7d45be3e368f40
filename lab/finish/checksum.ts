/** Internet checksums kept right while bytes change, without the bytes that a snap length has cut off. */

/** A checksum that covers bytes of a frame. */
export interface Cover {
  /** Offset of the 16-bit checksum in the frame. */
  readonly checksumAt: number;
  /** Offset at which the covered bytes start; tells which bytes are upper halves of 16-bit words. */
  readonly startsAt: number;
  /** UDP: zero means "no checksum" and a computed zero is sent as ffff (RFC 768). */
  readonly zeroMeansNone: boolean;
  /** Checksums that cover this checksum in turn (an ICMP error around a cut packet). */
  readonly within: readonly Cover[];
}

/**
 * The checksum after one of its 16-bit words changed.
 * Source: RFC 1624, equation 3: HC' = ~(~HC + ~m + m').
 */
export function updateChecksum(checksum: number, before: number, after: number): number {
  let sum = (~checksum & 0xffff) + (~before & 0xffff) + after;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Writes `bytes` at an offset of the frame and brings the covering checksums along. Covers beyond the frame's captured bytes are left out. */
export function putBytes(
  frame: Uint8Array,
  at: number,
  bytes: ArrayLike<number>,
  covers: readonly Cover[],
): void {
  const before = frame.slice(at, at + bytes.length);
  frame.set(bytes, at);
  for (const cover of covers) {
    if (cover.checksumAt + 2 > frame.length) continue;
    const old = ((frame[cover.checksumAt] as number) << 8) | (frame[cover.checksumAt + 1] as number);
    if (cover.zeroMeansNone && old === 0) continue;
    let checksum = old;
    for (let i = 0; i < bytes.length; i++) {
      // A lone byte counts as the half of the word it is; the other half does not change here.
      const shift = (at + i - cover.startsAt) & 1 ? 0 : 8;
      checksum = updateChecksum(checksum, (before[i] as number) << shift, (bytes[i] as number) << shift);
    }
    if (cover.zeroMeansNone && checksum === 0) checksum = 0xffff;
    if (checksum !== old) putBytes(frame, cover.checksumAt, [checksum >>> 8, checksum & 0xff], cover.within);
  }
}
