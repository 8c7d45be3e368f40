/** The device whose sessions are looked at: its MAC address and its IP addresses. */
import { createKeys, findKey, internKey } from '../table/keys';

/** Number in the table of MAC addresses, or -1. */
export let ownMac: i32 = -1;
let own: usize = 0;

/** From now on rows are looked at from the side of another device, which has no addresses yet. */
export function beginDevice(mac: i32): void {
  ownMac = mac;
  own = createKeys();
}

/** The device has this address, too: an IPv4 word, or a number in the table of IPv6 addresses. */
export function addOwnAddress(six: boolean, address: i32): void {
  internKey(own, six ? 1 : 0, address, 0, 0);
}

export function isOwn(six: boolean, address: i32): boolean {
  return findKey(own, six ? 1 : 0, address, 0, 0) >= 0;
}
