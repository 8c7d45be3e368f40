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
  // Eight groups, or groups around an empty one; further fields of the name start with a letter beyond f.
  const v6 = /^((?:[0-9a-f]{0,4}-){2,7}[0-9a-f]{0,4})(?![0-9a-z])/i.exec(rest);
  return v6 === null ? null : (v6[1] ?? '').replaceAll('-', ':').replace(/(?<!:):$/, '');
}

/** The device as far as the file name tells. */
export function hintFromName(name: CaptureName | null): DeviceHint | undefined {
  return name?.address == null ? undefined : { address: name.address, source: 'file-name' };
}
