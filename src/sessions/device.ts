import { NetworkmlError } from '../errors.js';
import { formatIpv4, formatIpv6, formatMac, type IpAddress, parseAddress, parseMac } from './address.js';
import type { Owner, Owners } from './owners.js';
import type { SessionTable } from './session-table.js';

/** The one host that a capture is about. */
export interface Device {
  /** Number in the table's MAC table, -1 when the device is known by its addresses alone. */
  readonly mac: number;
  /** IPv4 words, and numbers in the IPv6 address arena. */
  readonly addresses4: ReadonlySet<number>;
  readonly addresses6: ReadonlySet<number>;
  readonly chosenBy: 'option' | 'file-name' | 'traffic';
  /** Another host that was equally likely, as text; undefined when the choice was clear. */
  readonly rival?: string;
  /** That host as the device of the capture. */
  readonly rivalDevice?: Device;
}

/** What is known about the device before the traffic is looked at. */
export interface DeviceHint {
  readonly mac?: string;
  readonly address?: string;
  readonly source: 'option' | 'file-name';
}

/** Reads `--device`: a MAC or an IP address. @throws NetworkmlError NML_USAGE */
export function deviceHint(text: string): DeviceHint {
  if (parseMac(text) !== undefined) return { mac: text, source: 'option' };
  if (parseAddress(text) !== undefined) return { address: text, source: 'option' };
  throw new NetworkmlError('NML_USAGE', `"${text}" is neither a MAC nor an IP address`);
}

/**
 * Finds the device of a capture. Order of evidence: the hint; else, over unicast addresses only, the (MAC, address)
 * owner that takes part in the most sessions, where a MAC that fronts many addresses loses to one that owns few;
 * one that never sends loses to one that does; ties go to the private address, then to the one that serves more
 * sessions (a capture that shows two hosts only is nearly always about the one that answers: docs/device-choice.md),
 * then to the one seen first.
 * @returns undefined when no unicast host takes part in any session
 * @throws NetworkmlError NML_DEVICE_ABSENT when the host of an option is not in the capture
 */
export function chooseDevice(table: SessionTable, hint?: DeviceHint): Device | undefined {
  const owners = table.owners();
  if (hint !== undefined) {
    const device = byHint(table, owners, hint);
    if (device !== undefined || hint.source === 'option') return device ?? absent(hint);
  }
  return byTraffic(table, owners);
}

function byTraffic(table: SessionTable, owners: Owners): Device | undefined {
  const best = owners.likeliest();
  if (best === undefined) return undefined;
  const device = deviceOf(best, owners, 'traffic');
  owners.leaveOut(device.mac, device.addresses4, device.addresses6);
  const rival = owners.likeliest();
  return rival !== undefined && equallyLikely(best, rival)
    ? { ...device, rival: ownerText(table, rival), rivalDevice: deviceOf(rival, owners, 'traffic') }
    : device;
}

function equallyLikely(x: Owner, y: Owner): boolean {
  return (
    x.sends === y.sends &&
    x.isGateway === y.isGateway &&
    x.sessions === y.sessions &&
    x.isPrivate === y.isPrivate
  );
}

/** The device that an owner belongs to: its MAC with all addresses that it sends from, if they are few. */
function deviceOf(owner: Owner, owners: Owners, chosenBy: Device['chosenBy']): Device {
  const { mac, macIdentifies } = owner;
  return macIdentifies
    ? ownerOfAll(mac, [owner, ...owners.sourcesOf(mac)], chosenBy)
    : ownerOfAll(-1, [owner], chosenBy);
}

function ownerOfAll(mac: number, all: readonly Owner[], chosenBy: Device['chosenBy']): Device {
  const addressesOf = (wanted: 4 | 6) =>
    new Set(all.filter(({ version }) => version === wanted).map(({ address }) => address));
  return { mac, addresses4: addressesOf(4), addresses6: addressesOf(6), chosenBy };
}

function byHint(table: SessionTable, owners: Owners, hint: DeviceHint): Device | undefined {
  const wanted = hint.address === undefined ? undefined : parseAddress(hint.address);
  if (wanted !== undefined) {
    const owner = owners.ofAddress(wanted.version, addressNumber(table, wanted));
    if (owner !== undefined) return deviceOf(owner, owners, hint.source);
  }
  const mac = hint.mac === undefined ? undefined : parseMac(hint.mac);
  if (mac === undefined) return undefined;
  const id = table.macs.find(mac.high, mac.low, 0, 0);
  return id < 0 ? undefined : ownerOfAll(id, owners.sourcesOf(id), hint.source);
}

/** How an address is kept: the IPv4 word, or the number of an IPv6 address, -1 where it is not met. */
function addressNumber(table: SessionTable, { version, words }: IpAddress): number {
  return version === 4 ? words[0] : table.addresses6.find(...words);
}

function absent(hint: DeviceHint): never {
  throw new NetworkmlError(
    'NML_DEVICE_ABSENT',
    `${hint.address ?? hint.mac ?? 'the device'} takes part in no session`,
  );
}

function ownerText(table: SessionTable, owner: Owner): string {
  return addressText(table, owner.version, owner.address);
}

/** Text of an address of the table. */
export function addressText(table: SessionTable, version: 4 | 6, address: number): string {
  if (version === 4) return formatIpv4(address);
  const { addresses6: arena } = table;
  return formatIpv6(
    arena.word(address, 0),
    arena.word(address, 1),
    arena.word(address, 2),
    arena.word(address, 3),
  );
}

/** MAC and addresses of a device as text: IPv4 first, then IPv6, in order of appearance. */
export function describeDevice(
  table: SessionTable,
  device: Device,
): { mac: string | null; addresses: string[] } {
  return {
    mac: device.mac < 0 ? null : formatMac(table.macs.word(device.mac, 0), table.macs.word(device.mac, 1)),
    addresses: [
      ...[...device.addresses4].map((address) => addressText(table, 4, address)),
      ...[...device.addresses6].map((address) => addressText(table, 6, address)),
    ],
  };
}
