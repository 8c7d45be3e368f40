import type { Packet } from '../../pcap/index.js';
import { formatIpv4, formatIpv6, formatMac } from '../address.js';
import { type HintKind, readHints } from './codes/device-hints.js';

/** What a device says of itself, and in how many packets. */
export interface DeviceHints {
  readonly kind: HintKind;
  readonly text: string;
  readonly count: number;
}

/** Hosts that are remembered, and different hints of one of them; names that are asked for leave half of the room to the others. */
const MOST_HOSTS = 1024;
const MOST_HINTS = 64;
const MOST_NAMES = 32;

interface HostHints {
  readonly hints: Map<string, { kind: HintKind; text: string; count: number }>;
  /** How many of them are names. */
  names: number;
}

/**
 * What hosts say of themselves, by sender: its address, or its MAC address before it has one. Kept only when it is asked
 * for, as it lies behind the headers. Bounded: more hosts and hints than the limits are left out.
 */
export class HintLog {
  private readonly hosts = new Map<string, HostHints>();

  /** Looks at a packet. */
  add(packet: Packet): void {
    readHints(packet, (kind, text) => this.note(hostOf(packet), kind, text));
  }

  /** The hints of one host, by kind and how often they were given. */
  of({
    mac,
    addresses,
  }: {
    readonly mac: string | null;
    readonly addresses: readonly string[];
  }): DeviceHints[] {
    const found = new Map<string, { kind: HintKind; text: string; count: number }>();
    for (const host of mac === null ? addresses : [...addresses, mac]) {
      for (const [key, { kind, text, count }] of this.hosts.get(host)?.hints ?? []) {
        found.set(key, { kind, text, count: count + (found.get(key)?.count ?? 0) });
      }
    }
    const order = (a: DeviceHints, b: DeviceHints) =>
      a.kind === b.kind ? b.count - a.count || (a.text < b.text ? -1 : 1) : a.kind < b.kind ? -1 : 1;
    let names = 0;
    return [...found.values()]
      .sort(order)
      .filter(({ kind }) => !isName(kind) || names++ < MOST_NAMES)
      .slice(0, MOST_HINTS);
  }

  private note(host: string, kind: HintKind, text: string): void {
    let own = this.hosts.get(host);
    if (own === undefined) {
      if (this.hosts.size >= MOST_HOSTS) return;
      own = { hints: new Map(), names: 0 };
      this.hosts.set(host, own);
    }
    const key = `${kind} ${text}`;
    const known = own.hints.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const name = isName(kind);
    if (text === '' || own.hints.size >= MOST_HINTS || (name && own.names >= MOST_NAMES)) return;
    own.hints.set(key, { kind, text, count: 1 });
    if (name) own.names++;
  }
}

function isName(kind: HintKind): boolean {
  return kind === 'dns-name' || kind === 'tls-name';
}

/** The sender: 0.0.0.0 and :: are those that have no address yet. */
function hostOf(packet: Packet): string {
  const { ipVersion, source0, source1, source2, source3 } = packet;
  if (packet.hasMac && (source0 | source1 | source2 | source3) === 0) {
    return formatMac(packet.sourceMacHigh, packet.sourceMacLow);
  }
  return ipVersion === 4 ? formatIpv4(source0) : formatIpv6(source0, source1, source2, source3);
}
