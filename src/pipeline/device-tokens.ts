import { type HintToken, hintTokens } from '../features/index.js';
import { type Device, describeDevice } from '../sessions/index.js';
import type { ObservedHosts } from './observe.js';
import { vendorOf } from './vendor.js';

/** What a device says of itself and what its names and its maker are known for; nothing where that was not read. */
export function tokensOf(
  { hints, table }: Pick<ObservedHosts, 'hints' | 'table'>,
  device: Device,
): HintToken[] {
  if (hints === undefined) return [];
  const described = describeDevice(table, device);
  return hintTokens(hints.of(described), vendorOf(described.mac));
}
