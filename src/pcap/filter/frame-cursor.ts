/**
 * The bytes of one frame as a filter sees them: outermost headers only, as tcpdump does. A read past the captured bytes
 * marks the frame as cut, and a cut frame matches nothing, whatever else the filter says (as in BPF: S. McCanne and
 * V. Jacobson, The BSD Packet Filter, 1993, 3.3).
 */
export interface FrameCursor {
  view: DataView;
  start: number;
  end: number;
  linkType: number;
  wireBytes: number;
  cut: boolean;
  /** Set by `networkType`: first byte of the network header. */
  network: number;
}

export function createFrameCursor(): FrameCursor {
  return {
    view: new DataView(new ArrayBuffer(0)),
    start: 0,
    end: 0,
    linkType: 0,
    wireBytes: 0,
    cut: false,
    network: 0,
  };
}

/** Unsigned integers at a place of the buffer; 0 and a mark where it was not captured. */
export function byteAt(cursor: FrameCursor, at: number): number {
  if (at + 1 <= cursor.end) return cursor.view.getUint8(at);
  cursor.cut = true;
  return 0;
}

export function shortAt(cursor: FrameCursor, at: number): number {
  if (at + 2 <= cursor.end) return cursor.view.getUint16(at);
  cursor.cut = true;
  return 0;
}

/** As a signed 32-bit word. */
export function wordAt(cursor: FrameCursor, at: number): number {
  if (at + 4 <= cursor.end) return cursor.view.getInt32(at);
  cursor.cut = true;
  return 0;
}

export const TYPE_IPV4 = 0x0800;
export const TYPE_IPV6 = 0x86dd;
const NO_TYPE = -1;

/**
 * Ethertype of the frame, or its equal on other links; -1 for none.
 * @param tags how many VLAN tags the filter has asked for before: what lies behind them is looked at
 */
export function networkType(cursor: FrameCursor, tags: number): number {
  const { start, linkType } = cursor;
  switch (linkType) {
    case 1:
      cursor.network = start + 14 + 4 * tags;
      return shortAt(cursor, start + 12 + 4 * tags);
    case 113:
      cursor.network = start + 16 + 4 * tags;
      return shortAt(cursor, start + 14 + 4 * tags);
    case 276:
      cursor.network = start + 20;
      return shortAt(cursor, start);
    case 104:
      cursor.network = start + 4;
      return shortAt(cursor, start + 2);
    case 0:
    case 108:
      cursor.network = start + 4;
      return typeOfFamily(cursor);
    case 9:
    case 50:
    case 51:
      return typeOfPpp(cursor);
    case 12:
    case 14:
    case 101:
      cursor.network = start;
      return typeOfVersion(byteAt(cursor, start) >> 4);
    case 228:
    case 229:
      cursor.network = start;
      return linkType === 228 ? TYPE_IPV4 : TYPE_IPV6;
    case 105:
    case 127:
      return typeOfWifi(cursor);
    default:
      return NO_TYPE;
  }
}

function typeOfVersion(version: number): number {
  return version === 4 ? TYPE_IPV4 : version === 6 ? TYPE_IPV6 : NO_TYPE;
}

function typeOfFamily(cursor: FrameCursor): number {
  const word = wordAt(cursor, cursor.start) >>> 0;
  const family = word > 0xffff ? cursor.view.getUint32(cursor.start, true) : word;
  if (family === 2) return TYPE_IPV4;
  return [10, 23, 24, 28, 30].includes(family) ? TYPE_IPV6 : NO_TYPE;
}

function typeOfPpp(cursor: FrameCursor): number {
  const { start, linkType } = cursor;
  const skipped = linkType === 51 ? 6 : shortAt(cursor, start) === 0xff03 ? 2 : 0;
  cursor.network = start + skipped + 2;
  const protocol = shortAt(cursor, start + skipped);
  return protocol === 0x0021 ? TYPE_IPV4 : protocol === 0x0057 ? TYPE_IPV6 : NO_TYPE;
}

/** Data frames of 802.11 with LLC/SNAP; protected ones carry no type that can be read. */
function typeOfWifi(cursor: FrameCursor): number {
  const { start, linkType } = cursor;
  const at =
    linkType === 127 ? start + (byteAt(cursor, start + 2) | (byteAt(cursor, start + 3) << 8)) : start;
  const control = byteAt(cursor, at) | (byteAt(cursor, at + 1) << 8);
  if ((control & 0x404c) !== 0x0008) return NO_TYPE;
  const llc = at + 24 + ((control & 0x0300) === 0x0300 ? 6 : 0) + ((control & 0x0080) !== 0 ? 2 : 0);
  cursor.network = llc + 8;
  return wordAt(cursor, llc) >>> 0 === 0xaaaa0300 ? shortAt(cursor, llc + 6) : NO_TYPE;
}
