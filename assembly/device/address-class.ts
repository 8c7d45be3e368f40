/** Kinds of addresses; the table is that of src/sessions/address-class.ts, which says where its lines come from. */

import { keyWord } from '../table/keys';
import { addresses6 } from '../table/rows';

export const PRIVATE = 0;
export const EXTERNAL = 1;
export const MULTICAST = 2;
export const UNSPECIFIED = 3;

/** Class of an IPv4 word, or of a number in the table of IPv6 addresses. */
export function classOf(six: boolean, address: i32): i32 {
  if (!six) return classOf4(address);
  return classOf6(
    keyWord(addresses6, address, 0),
    keyWord(addresses6, address, 1),
    keyWord(addresses6, address, 2),
    keyWord(addresses6, address, 3),
  );
}

export function classOf4(word: u32): i32 {
  const first = word >> 24;
  if (first >= 0xe0) return first < 0xf0 || word === 0xffffffff ? MULTICAST : PRIVATE;
  if (first === 10 || first === 127) return PRIVATE;
  if (first === 0) return word === 0 ? UNSPECIFIED : PRIVATE;
  if (first < 100) return EXTERNAL;
  return isSpecial(word) ? PRIVATE : EXTERNAL;
}

/** Blocks longer than a byte. */
function isSpecial(word: u32): boolean {
  const two = word >> 16;
  const three = word >> 8;
  return (
    two === 0xc0a8 ||
    word >> 20 === 0xac1 ||
    two === 0xa9fe ||
    word >> 22 === 0x6440 >> 6 ||
    three === 0xc00000 ||
    three === 0xc00002 ||
    word >> 17 === 0xc612 >> 1 ||
    three === 0xc63364 ||
    three === 0xcb0071
  );
}

export function classOf6(w0: u32, w1: u32, w2: u32, w3: u32): i32 {
  if (w0 >> 24 === 0xff) return MULTICAST;
  if (w0 === 0 && w1 === 0) {
    if (w2 === 0) return w3 === 0 ? UNSPECIFIED : PRIVATE;
    if (w2 === 0xffff) return classOf4(w3);
  }
  if (w0 === 0x0064ff9b) {
    if (w1 === 0 && w2 === 0) return classOf4(w3);
    if (w1 >> 16 === 1) return PRIVATE;
  }
  if ((w0 & 0xfe000000) === 0xfc000000) return PRIVATE;
  if ((w0 & 0xff800000) === 0xfe800000) return PRIVATE;
  if (w0 === 0x20010db8 || (w0 & 0xfffff000) === 0x3fff0000) return PRIVATE;
  return w0 === 0x01000000 && w1 === 0 ? PRIVATE : EXTERNAL;
}
