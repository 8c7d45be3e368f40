/** The device whose sessions are looked at: its MAC address and its IP addresses. */
import { createKeys, findKey, internKey, keyCount } from '../table/keys';

/** Number in the table of MAC addresses, or -1. */
export let ownMac: i32 = -1;
let own: usize = 0;
/** An IPv4 address of it, where it has one only, as nearly all devices do: it needs no look at the table. */
let onlyOne: i32 = 0;
let addresses4: i32 = 0;
let addresses6: i32 = 0;

/** From now on rows are looked at from the side of another device, which has no addresses yet. */
export function beginDevice(mac: i32): void {
  ownMac = mac;
  own = createKeys();
  addresses4 = addresses6 = 0;
}

/** The device has this address, too: an IPv4 word, or a number in the table of IPv6 addresses. */
export function addOwnAddress(six: boolean, address: i32): void {
  const known = keyCount(own);
  internKey(own, six ? 1 : 0, address, 0, 0);
  if (keyCount(own) === known) return;
  if (six) addresses6++;
  else addresses4++;
  if (!six) onlyOne = address;
}

export function isOwn(six: boolean, address: i32): boolean {
  if (six ? addresses6 === 0 : addresses4 <= 1) return !six && addresses4 === 1 && address === onlyOne;
  return findKey(own, six ? 1 : 0, address, 0, 0) >= 0;
}
