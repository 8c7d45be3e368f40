import { NetworkmlError } from '../errors.js';
import { formatIpv4, formatIpv6, formatMac, type IpAddress, parseAddress, parseMac } from './address.js';
import { listOwners, type Owner, type Owners } from './owners.js';
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

/** A host with more addresses than this is a gateway, a tap or a virtual switch: its MAC names no device. */
const FEW_ADDRESSES = 8;

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
  const owners = listOwners(table);
  const macs = describeMacs(owners);
  if (hint !== undefined) {
    const device = byHint(table, owners.list, macs, hint);
    if (device !== undefined || hint.source === 'option') return device ?? absent(hint);
  }
  return byTraffic(table, owners.list, macs);
}

interface MacFacts {
  /** Addresses that the MAC sends from. */
  readonly sources: Owner[];
  /** Distinct addresses seen behind it, as sender or receiver. */
  fronts: number;
  /** False when both ends of a session carry it, or it fronts too many addresses: it cannot tell hosts apart. */
  identifies: boolean;
}

function describeMacs(owners: Owners): Map<number, MacFacts> {
  const facts = new Map<number, MacFacts>();
  for (const owner of owners.list) {
    if (owner.mac < 0 || !isUnicast(owner)) continue;
    let known = facts.get(owner.mac);
    if (known === undefined) {
      known = { sources: [], fronts: 0, identifies: !owners.sharedMacs.has(owner.mac) };
      facts.set(owner.mac, known);
    }
    known.fronts++;
    if (owner.sends) known.sources.push(owner);
    if (known.fronts > FEW_ADDRESSES) known.identifies = false;
  }
  return facts;
}

function isUnicast(owner: Owner): boolean {
  return !owner.groupMac && (owner.class === 'private' || owner.class === 'external');
}

function byTraffic(
  table: SessionTable,
  owners: readonly Owner[],
  macs: Map<number, MacFacts>,
): Device | undefined {
  const fronts = (owner: Owner): boolean => (macs.get(owner.mac)?.fronts ?? 0) > FEW_ADDRESSES;
  const likeliest = (keep: (owner: Owner) => boolean): Owner | undefined => {
    let best: Owner | undefined;
    for (const owner of owners) {
      if (!isUnicast(owner) || !keep(owner)) continue;
      if (best === undefined || compare(owner, best, fronts) < 0) best = owner;
    }
    return best;
  };
  const best = likeliest(() => true);
  if (best === undefined) return undefined;
  const device = deviceOf(best, macs, 'traffic');
  const rival = likeliest((owner) => !belongs(owner, device));
  return rival !== undefined && equallyLikely(best, rival, fronts)
    ? { ...device, rival: ownerText(table, rival), rivalDevice: deviceOf(rival, macs, 'traffic') }
    : device;
}

/** Negative when x is the likelier device; 0 leaves the one seen first. */
function compare(x: Owner, y: Owner, fronts: (owner: Owner) => boolean): number {
  return (
    Number(y.sends) - Number(x.sends) ||
    Number(fronts(x)) - Number(fronts(y)) ||
    y.sessions - x.sessions ||
    Number(y.class === 'private') - Number(x.class === 'private') ||
    y.served - x.served
  );
}

function equallyLikely(x: Owner, y: Owner, fronts: (owner: Owner) => boolean): boolean {
  return x.sends === y.sends && fronts(x) === fronts(y) && x.sessions === y.sessions && x.class === y.class;
}

/** The device that an owner belongs to: its MAC with all addresses that it sends from, if they are few. */
function deviceOf(owner: Owner, macs: Map<number, MacFacts>, chosenBy: Device['chosenBy']): Device {
  const facts = macs.get(owner.mac);
  const whole = facts?.identifies === true ? [owner, ...facts.sources] : [owner];
  return {
    mac: facts?.identifies === true ? owner.mac : -1,
    addresses4: new Set(whole.filter((one) => one.version === 4).map((one) => one.address)),
    addresses6: new Set(whole.filter((one) => one.version === 6).map((one) => one.address)),
    chosenBy,
  };
}

function belongs(owner: Owner, device: Device): boolean {
  return (
    (device.mac >= 0 && owner.mac === device.mac) ||
    (owner.version === 4 ? device.addresses4 : device.addresses6).has(owner.address)
  );
}

function byHint(
  table: SessionTable,
  owners: readonly Owner[],
  macs: Map<number, MacFacts>,
  hint: DeviceHint,
): Device | undefined {
  const wanted = hint.address === undefined ? undefined : parseAddress(hint.address);
  if (wanted !== undefined) {
    const owner = owners.find((one) => isAddress(table, one, wanted));
    if (owner !== undefined) return deviceOf(owner, macs, hint.source);
  }
  const mac = hint.mac === undefined ? undefined : parseMac(hint.mac);
  if (mac === undefined) return undefined;
  const id = table.macs.find(mac.high, mac.low, 0, 0);
  if (id < 0) return undefined;
  const sources = macs.get(id)?.sources ?? [];
  return {
    mac: id,
    addresses4: new Set(sources.filter((one) => one.version === 4).map((one) => one.address)),
    addresses6: new Set(sources.filter((one) => one.version === 6).map((one) => one.address)),
    chosenBy: hint.source,
  };
}

function isAddress(table: SessionTable, owner: Owner, wanted: IpAddress): boolean {
  if (owner.version !== wanted.version) return false;
  if (wanted.version === 4) return owner.address === wanted.words[0];
  return owner.address === table.addresses6.find(...wanted.words);
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
