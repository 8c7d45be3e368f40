/**
 * The `net` view of behaviour: what the device and its peers try, minute by minute. Fan-out (how many peers and ports),
 * failure (how much of it comes to nothing) and ARP.
 */
import { NET_NUMBERS } from './net-columns.js';
import type { VectorUnits } from './vector-units.js';

/** Layout id of the units. */
export const netLayoutId = 'net/1';

/**
 * The numbers of a unit, in order. Counts are ln(1 + count); `sent` is what the device opened or asked, `received` what
 * peers opened to it; multicast and ICMP sessions count for nothing but the columns that name them. A port is a
 * distinct (protocol, server's port).
 */
export const netNumberNames = [
  'sessions',
  'peers sent',
  'peers received',
  'ports sent',
  'ports received',
  'most ports with one peer sent',
  'most ports with one peer received',
  'most peers with one port sent',
  'ICMP echo peers',
  'ARP request peers',
  'failed sent',
  'failed received',
  'failed share sent',
  'failed share received',
  'resets to sent',
  'UDP unanswered sent',
  'ICMP unreachable received',
  'DNS name errors',
  'odd TCP flags',
  'ARP unsolicited replies',
  'ARP gratuitous requests',
  'ARP conflicts',
] as const;

/** How many numbers a unit has. */
export const netNumberCount = NET_NUMBERS;

export type NetNumberName = (typeof netNumberNames)[number];

/** Numbers that are shares of 1; all others are ln(1 + count). */
export function isNetShare(column: number): boolean {
  const name = netNumberNames[column];
  return name === 'failed share sent' || name === 'failed share received';
}

/** Units of one capture: one a minute in which the device or its ARP was seen. */
export interface NetUnits extends VectorUnits {
  /** Minute of each unit, counted from the capture's first packet. */
  readonly window: Uint32Array;
}
