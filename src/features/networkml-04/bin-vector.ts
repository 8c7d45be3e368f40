import type { Networkml04Bin, Networkml04Session } from '../../sessions/index.js';

/**
 * Layout of NetworkML 0.4.5: initiated sessions by the port of their first end (0..1023) and of their second
 * (1024..2047), received ones by the same (2048..3071, 3072..4095), each as a share of all sessions; then shares of
 * external, TCP, UDP and ICMP sessions among the initiated (4096..4099) and the received (4100..4103).
 */
export const NETWORKML_04_LAYOUT = 'networkml-0.4';

/** Ports from here on have no column. */
const PORTS = 1024;
const RECEIVED_PORTS = 2048;
const INITIATED_SHARES = 4096;
const RECEIVED_SHARES = 4100;
/** External, then protocol bytes 6, 17 and 1. */
const PROTOCOL_BYTES = [6, 17, 1];

/** What the device does in a session: both where one MAC address stands at both ends. */
export type Networkml04Role = 'initiated' | 'received' | 'both' | 'unrelated';

/** The device as 0.4.5 chose it: the first (IP, MAC) pair that takes part in the most sessions of a bin. */
export interface Networkml04Device {
  readonly mac: string;
  readonly address: string;
}

/** The device of one bin; undefined without sessions. All addresses count, as with POSEIDON_PUBLIC_SESSIONS set. */
export function deviceOfBin({ sessions }: Networkml04Bin): Networkml04Device | undefined {
  const counts = new Map<string, { device: Networkml04Device; sessions: number }>();
  const take = (mac: string, address: string): void => {
    const key = `${address} ${mac}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { device: { mac, address }, sessions: 1 });
    else known.sessions++;
  };
  for (const session of sessions) {
    take(session.macA, session.addressA);
    take(session.macB, session.addressB);
  }
  let best: { device: Networkml04Device; sessions: number } | undefined;
  for (const each of counts.values()) if (best === undefined || each.sessions > best.sessions) best = each;
  return best?.device;
}

/** Role of the device with this MAC address in a session. */
export function roleIn({ macA, macB }: Networkml04Session, mac: string): Networkml04Role {
  if (macA === mac) return macB === mac ? 'both' : 'initiated';
  return macB === mac ? 'received' : 'unrelated';
}

/** Non-zero entries of a bin's vector, [index, value] with the index ascending. */
export function binVector({ sessions }: Networkml04Bin, mac: string): [number, number][] {
  const counts = new Map<number, number>();
  const add = (index: number): void => {
    counts.set(index, (counts.get(index) ?? 0) + 1);
  };
  let initiated = 0;
  let received = 0;
  for (const session of sessions) {
    const role = roleIn(session, mac);
    if (role === 'initiated' || role === 'both') {
      initiated++;
      countSession(session, 0, INITIATED_SHARES, add);
    }
    if (role === 'received' || role === 'both') {
      received++;
      countSession(session, RECEIVED_PORTS, RECEIVED_SHARES, add);
    }
  }
  // No sessions of a direction count as one: the original divides by that, too.
  const of = Math.max(initiated, 1) + Math.max(received, 1);
  return [...counts]
    .sort(([x], [y]) => x - y)
    .map(([index, count]) => {
      if (index < INITIATED_SHARES) return [index, count / of];
      return [index, count / Math.max(index < RECEIVED_SHARES ? initiated : received, 1)];
    });
}

function countSession(
  { portA, portB, external, protocolByte }: Networkml04Session,
  ports: number,
  shares: number,
  add: (index: number) => void,
): void {
  if (portA < PORTS) add(ports + portA);
  if (portB < PORTS) add(ports + PORTS + portB);
  if (external) add(shares);
  const protocol = PROTOCOL_BYTES.indexOf(protocolByte);
  if (protocol >= 0) add(shares + 1 + protocol);
}
