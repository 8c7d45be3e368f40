/** The slow twin of a split: which packets of described traffic go to which device, by the rule in docs/split.md. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LINK_ETHERNET } from '../support/frames.js';
import type { TestPacket, TestTraffic } from '../support/traffic.js';

export type SlowRule = 'members' | 'all' | 'sender';

const isGroupMac = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;

/** Numbers of the packets of each device, by MAC or address, and which devices ever send. */
export function slowSplit(traffic: TestTraffic, rule: SlowRule): Map<string, number[]> {
  const onEthernet = traffic.linkType === LINK_ETHERNET;
  const key = (end: TestPacket['source']): string => (onEthernet ? end.mac : end.address);
  const isGroup = (end: TestPacket['source']): boolean =>
    onEthernet ? isGroupMac(end.mac) : end.kind === 'multicast';
  const out = new Map<string, number[]>();
  const vlanOf = new Map<string, number>();
  const groups = new Map<string, Set<string>>();
  traffic.packets.forEach((packet, number) => {
    const from = !onEthernet && packet.source.kind === 'unspecified' ? undefined : key(packet.source);
    const to = key(packet.destination);
    const vlan = onEthernet ? (packet.vlans.at(-1) ?? 0) : 0;
    const receivers = new Set<string>();
    if (from !== undefined) {
      receivers.add(from);
      vlanOf.set(from, vlan);
    }
    if (!isGroup(packet.destination)) receivers.add(to);
    else {
      const members = groups.get(to) ?? new Set<string>();
      groups.set(to, members);
      if (from !== undefined) members.add(from);
      const everybody = rule === 'all' || to === 'ff:ff:ff:ff:ff:ff' || to === '255.255.255.255';
      const concerned = rule === 'sender' ? [] : everybody ? vlanOf.keys() : members;
      for (const device of concerned) if (vlanOf.get(device) === vlan) receivers.add(device);
    }
    for (const device of receivers) out.set(device, [...(out.get(device) ?? []), number]);
  });
  for (const device of out.keys()) if (!vlanOf.has(device)) out.delete(device);
  return out;
}

/** One record of a classic capture file with nanoseconds, as hexadecimal text. */
export interface RawRecord {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly wireBytes: number;
  readonly frame: string;
}

/** Reads a little-endian classic capture byte by byte. */
export function rawRecords(path: string): { linkType: number; records: RawRecord[] } {
  const bytes = readFileSync(path);
  if (bytes.readUInt32LE(0) !== 0xa1b23c4d) throw new Error(`${path}: no nanosecond capture`);
  const records: RawRecord[] = [];
  let at = 24;
  while (at < bytes.length) {
    const length = bytes.readUInt32LE(at + 8);
    records.push({
      seconds: bytes.readUInt32LE(at),
      nanoseconds: bytes.readUInt32LE(at + 4),
      wireBytes: bytes.readUInt32LE(at + 12),
      frame: bytes.subarray(at + 16, at + 16 + length).toString('hex'),
    });
    at += 16 + length;
  }
  if (at !== bytes.length) throw new Error(`${path}: ends inside a record`);
  return { linkType: bytes.readUInt32LE(20), records };
}

/** All files in a directory by device id (second field of the name). */
export function filesById(directory: string): Map<string, string> {
  return new Map(readdirSync(directory).map((name) => [name.split('-')[1] ?? name, join(directory, name)]));
}

/** As a device is named in file names. */
export function idOf(device: string, onEthernet: boolean): string {
  return onEthernet ? device.replaceAll(':', '') : device.replaceAll(':', '_');
}
