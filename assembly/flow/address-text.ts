/** Addresses as text. Every function writes at `at` and returns the place behind. */
import { putSmall } from './number-text';

const COLON = 0x3a;
const POINT = 0x2e;

/** An address as inet_ntop(3) prints it, from its words. */
export function putAddress(at: usize, version: u32, words: usize): usize {
  return version === 4 ? putIpv4(at, load<u32>(words)) : putIpv6(at, words);
}

/** `aa:bb:cc:dd:ee:ff`, or its first `octets` octets. */
export function putMac(at: usize, high: u32, low: u32, octets: u32): usize {
  let place = at;
  for (let i: u32 = 0; i < octets; i++) {
    const octet = (i < 2 ? high >> (8 - 8 * i) : low >> (40 - 8 * i)) & 255;
    if (i > 0) store<u8>(place++, COLON);
    store<u8>(place, hexDigit(octet >> 4));
    store<u8>(place, hexDigit(octet & 15), 1);
    place += 2;
  }
  return place;
}

function hexDigit(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x57 + value);
}

function putIpv4(at: usize, word: u32): usize {
  let place = putSmall(at, word >> 24);
  for (let shift = 16; shift >= 0; shift -= 8) {
    store<u8>(place, POINT);
    place = putSmall(place + 1, (word >> shift) & 255);
  }
  return place;
}

function group(words: usize, index: u32): u32 {
  const word = load<u32>(words + ((index >> 1) << 2));
  return (index & 1) === 0 ? word >> 16 : word & 0xffff;
}

/** The longest run of zero groups is left out, the first of equal ones, if it is longer than one (RFC 5952, 4.2). */
function putIpv6(start: usize, words: usize): usize {
  let bestAt: u32 = 8;
  let bestLength: u32 = 1;
  for (let i: u32 = 0; i < 8; i++) {
    let length: u32 = 0;
    while (i + length < 8 && group(words, i + length) === 0) length++;
    if (length > bestLength) {
      bestAt = i;
      bestLength = length;
    }
    i += length;
  }
  // An embedded IPv4 address keeps its dots (RFC 4291, 2.5.5; what inet_ntop(3) takes for one).
  const dotted = bestAt === 0 && (bestLength === 6 || (bestLength === 5 && group(words, 5) === 0xffff));
  let at = start;
  for (let i: u32 = 0; i < 8; i++) {
    if (i === bestAt) {
      store<u16>(at, COLON | (COLON << 8));
      at += 2;
      i += bestLength - 1;
      continue;
    }
    if (i > 0 && (bestAt === 8 || i !== bestAt + bestLength)) store<u8>(at++, COLON);
    if (dotted && i === 6) return putIpv4(at, load<u32>(words, 12));
    at = putGroup(at, group(words, i));
  }
  return at;
}

function putGroup(start: usize, value: u32): usize {
  let at = start;
  if (value > 0xfff) store<u8>(at++, hexDigit(value >> 12));
  if (value > 0xff) store<u8>(at++, hexDigit((value >> 8) & 15));
  if (value > 0xf) store<u8>(at++, hexDigit((value >> 4) & 15));
  store<u8>(at++, hexDigit(value & 15));
  return at;
}
