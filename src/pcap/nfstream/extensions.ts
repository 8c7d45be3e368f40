/** What the walk over IPv6 extension headers found. */
export interface ExtensionWalk {
  protocol: number;
  /** First byte behind the headers, and the bytes of the payload length that are left there. */
  at: number;
  left: number;
}

const SKIPPED = new Set([0, 43, 44, 59, 60, 135]);

/**
 * Walks the IPv6 extension headers in the way of nDPI, which NFStream calls: the authentication header is not one of
 * them, later fragments are refused, and "no next header" is refused as soon as two bytes follow.
 * @param captured bytes behind the fixed header, link padding included
 * @returns false when the packet is to be ignored
 */
export function walkExtensions(view: DataView, captured: number, walk: ExtensionWalk): boolean {
  let room = captured;
  while (room > 1 && SKIPPED.has(walk.protocol)) {
    if (walk.protocol === 59) return false;
    if (walk.protocol === 44) {
      if (walk.left < 8 || room < 5) return false;
      // A fragment header takes five bytes off the room, though it is eight long.
      room -= 5;
      walk.protocol = view.getUint8(walk.at);
      if (view.getUint16(walk.at + 2) >> 3 !== 0) return false;
      walk.at += 8;
      walk.left -= 8;
      continue;
    }
    if (walk.left < 2) return false;
    const length = (view.getUint8(walk.at + 1) + 1) << 3;
    if (length > room || length > walk.left) return false;
    room -= length;
    walk.protocol = view.getUint8(walk.at);
    walk.at += length;
    walk.left -= length;
  }
  return true;
}
