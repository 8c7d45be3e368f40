import type { HostPlan } from '../plan/types.js';
import type { Unit } from './time-map.js';

const BROADCAST_BIT = 1;

/**
 * Tells which unit a frame belongs to, the same in the captures of both ends. What a workstation exchanges with anybody
 * is its own unit, since its steps follow each other; everything else goes by pairs, and group frames by their sender.
 * A frame that crosses the router is told by its addresses, as its MAC addresses differ from segment to segment.
 */
export function unitTeller(hosts: readonly HostPlan[]): (frame: Uint8Array) => Unit {
  const byMac = new Map<string, string>();
  const byAddress = new Map<string, string>();
  const owners = new Set<string>();
  for (const host of hosts) {
    if (host.segment === 'wks') owners.add(host.name);
    for (const { mac, addresses } of host.legs) {
      byMac.set(mac.replaceAll(':', ''), host.name);
      byAddress.set(interfaceId(mac), host.name);
      for (const address of addresses) byAddress.set(hexOf(address.split('/')[0] as string), host.name);
    }
    if (host.address !== '') byAddress.set(hexOf(host.address), host.name);
  }
  return (frame) => {
    const hex = (from: number, to: number): string => Buffer.from(frame.subarray(from, to)).toString('hex');
    const sender = byMac.get(hex(6, 12)) ?? hex(6, 12);
    if (((frame[0] as number) & BROADCAST_BIT) === 1) return `${sender} to all`;
    const receiver = byMac.get(hex(0, 6)) ?? hex(0, 6);
    const [from, to] = endsOf(frame)?.map((end) => byAddress.get(end) ?? 'outside') ?? [sender, receiver];
    const pair = [from, to].sort();
    return [...pair, ...[sender, receiver].sort()].find((name) => owners.has(name)) ?? pair.join(' and ');
  };
}

/** Source and destination address: IPv4 whole, IPv6 by its interface identifier; undefined for other frames. */
function endsOf(frame: Uint8Array): [string, string] | undefined {
  const hex = (from: number, to: number): string => Buffer.from(frame.subarray(from, to)).toString('hex');
  const etherType = hex(12, 14);
  if (etherType === '0800' && frame.length >= 34) return [hex(26, 30), hex(30, 34)];
  if (etherType === '86dd' && frame.length >= 54) return [hex(30, 38), hex(46, 54)];
  return undefined;
}

/** Lower half of the IPv6 addresses that a host makes of its MAC address (RFC 4291, appendix A). */
function interfaceId(mac: string): string {
  const bytes = Buffer.from(mac.replaceAll(':', ''), 'hex');
  bytes[0] = (bytes[0] as number) ^ 2;
  return `${bytes.toString('hex', 0, 3)}fffe${bytes.toString('hex', 3)}`;
}

/** IPv4 whole; of `fd77::1f` the lower half. */
function hexOf(address: string): string {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number)).toString('hex');
  return address.slice(address.lastIndexOf(':') + 1).padStart(16, '0');
}
