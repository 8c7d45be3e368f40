import { parseAddress } from './address.js';
import type { DeviceHint } from './device.js';

/** What a file name says, by one of the two conventions (docs/capture-names.md). */
export interface CaptureName {
  /** The label for training; null in names of the trace convention. */
  readonly deviceName: string | null;
  readonly deviceId: string | null;
  readonly time: string | null;
  readonly duration: string | null;
  readonly flags: string | null;
  /** Address of the host that the capture is about, from names of the trace convention. */
  readonly address: string | null;
}

/** Eight groups of an IPv6 address, and the empty field that `::` leaves at an end. */
const MOST_FIELDS = 9;

const SUFFIX = /\.(pcap|pcapng|cap)(\.gz)?$/i;

/** Reads the base name of a capture; null when it follows no convention. */
export function parseCaptureName(path: string): CaptureName | null {
  const base = path.replace(/^.*[/\\]/, '');
  const stem = base.replace(SUFFIX, '');
  if (stem === base) return null;
  return parseTraceName(stem) ?? parseDeviceName(stem);
}

/** `DeviceName-deviceID-time-duration-flags`, or without the duration. */
function parseDeviceName(stem: string): CaptureName | null {
  const fields = stem.split('-');
  if (fields.some((field) => field === '')) return null;
  const [deviceName = null, deviceId = null, time = null, fourth = null, fifth = null] = fields;
  if (fields.length === 4)
    return { deviceName, deviceId, time, duration: null, flags: fourth, address: null };
  if (fields.length === 5)
    return { deviceName, deviceId, time, duration: fourth, flags: fifth, address: null };
  return null;
}

/** `trace_<hex>_<time>-client-ip-<address with dashes>...` of Poseidon; `server` likewise. */
function parseTraceName(stem: string): CaptureName | null {
  const match = /^trace_([0-9a-f]+)_([\d_-]+?)(?:-(?:client|server)-(?:ip-)?(.+))?$/i.exec(stem);
  if (match === null) return null;
  const [, deviceId = null, time = null, rest] = match;
  const address = rest === undefined ? null : addressOf(rest);
  return { deviceName: null, deviceId, time, duration: null, flags: null, address };
}

function addressOf(rest: string): string | null {
  const v4 = /^(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})(?![0-9a-f])/i.exec(rest);
  if (v4 !== null) return v4.slice(1, 5).join('.');
  // Addresses of peers may follow, then words; every field of an address is hexadecimal or empty.
  const fields =
    /^[0-9a-f-]*(?![0-9a-z])/i
      .exec(rest)?.[0]
      .replace(/(?<!-)-$/, '')
      .split('-') ?? [];
  return firstIpv6(fields);
}

/** The longest address at the start of the fields that leaves whole addresses (or nothing) behind it. */
function firstIpv6(fields: readonly string[]): string | null {
  for (let length = Math.min(fields.length, MOST_FIELDS); length > 0; length--) {
    const text = fields.slice(0, length).join(':');
    if (parseAddress(text)?.version !== 6) continue;
    if (length === fields.length || firstIpv6(fields.slice(length)) !== null) return text;
  }
  return null;
}

/** The device as far as the file name tells. */
export function hintFromName(name: CaptureName | null): DeviceHint | undefined {
  return name?.address == null ? undefined : { address: name.address, source: 'file-name' };
}
