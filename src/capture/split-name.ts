import { NetworkmlError } from '../errors.js';
import type { Moment } from '../pcap/index.js';

/** The field before the address in names: the role, where nobody said which. */
export const UNKNOWN_NAME = 'Unknown';

/** What of a device goes into the name of its capture. */
export interface NamedDevice {
  readonly mac: string | null;
  readonly addresses: readonly string[];
}

/**
 * Name by the convention (docs/capture-names.md): `DeviceName-deviceID-time-duration-flags.pcap`. The id is the MAC
 * address as twelve digits, or the IP address with `_` for `:`; the time is the first packet's, UTC, `20260102T003600Z`;
 * the duration is in whole seconds, rounded up; the flags are `u` (nobody looked whether the traffic is normal) and the
 * number of captures before this one that have the same name otherwise.
 */
export function splitName(
  deviceName: string,
  { mac, addresses }: NamedDevice,
  first: Moment,
  last: Moment,
  before: number,
): string {
  const id = mac?.replaceAll(':', '') ?? (addresses[0] ?? 'none').replaceAll(':', '_');
  const seconds = Math.ceil(last.seconds - first.seconds + (last.nanoseconds - first.nanoseconds) / 1e9);
  return `${deviceName}-${id}-${nameTime(first)}-${seconds}-u${String(before).padStart(2, '0')}.pcap`;
}

function nameTime({ seconds }: Moment): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Checks a device name for use in file names. @throws NetworkmlError NML_USAGE */
export function checkDeviceName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.]{0,63}$/.test(name)) return name;
  throw new NetworkmlError(
    'NML_USAGE',
    `${JSON.stringify(name)} cannot be a field of a file name: letters, digits, "_" and "." only`,
  );
}
