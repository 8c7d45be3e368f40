/** Packets made by hand for the meter, without a capture around them. */
import { createPacket, type Packet } from '../../../src/pcap/index.js';
import { parseAddress } from '../../../src/sessions/index.js';
import { testRandom } from '../../support/random.js';

export interface Wish {
  /** Nanoseconds since 1970. */
  readonly ns?: bigint;
  readonly from?: string;
  readonly to?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly protocol?: number;
  readonly flags?: number;
  readonly bytes?: number;
  readonly vlan?: number;
  readonly tunnel?: number;
  readonly number?: number;
  readonly mac?: boolean;
}

export const START = 1_700_000_000_000_000_000n;
export const SECOND = 1_000_000_000n;

/** A packet with these fields; TCP from 10.0.0.1:40000 to 10.0.0.2:443 with an ACK where nothing is said. */
export function packetOf(wish: Wish): Packet {
  const { ns = START, from = '10.0.0.1', to = '10.0.0.2', protocol = 6, bytes = 60 } = wish;
  const source = parseAddress(from)!;
  const destination = parseAddress(to)!;
  const [source0, source1, source2, source3] = source.words;
  const [destination0, destination1, destination2, destination3] = destination.words;
  const ported = protocol === 6 || protocol === 17;
  return Object.assign(createPacket(), {
    number: wish.number ?? 1,
    seconds: Number(ns / SECOND),
    nanoseconds: Number(ns % SECOND),
    wireBytes: bytes,
    ipBytes: bytes - 14,
    transportBytes: bytes - 34,
    payloadBytes: bytes - 54,
    hasMac: wish.mac ?? true,
    sourceMacHigh: 0x0200,
    sourceMacLow: source0 ^ source3,
    destinationMacHigh: 0x0300,
    destinationMacLow: destination0 ^ destination3,
    vlanId: wish.vlan ?? 0,
    tunnelId: wish.tunnel ?? 0,
    ipVersion: source.version,
    protocol,
    source0,
    source1,
    source2,
    source3,
    destination0,
    destination1,
    destination2,
    destination3,
    sourcePort: ported ? (wish.sourcePort ?? 40_000) : 0,
    destinationPort: ported ? (wish.destinationPort ?? 443) : 0,
    tcpFlags: wish.flags ?? 0x10,
    hasTcpFlags: protocol === 6,
  });
}

/** Random packets between few ends, so that sessions meet again; gaps around the time-outs of 5 s and 20 s. */
export function randomWishes(count: number, seed: number): Wish[] {
  const random = testRandom(seed);
  const hosts = [
    '10.0.0.1',
    '10.0.0.2',
    '192.168.1.9',
    '255.255.255.255',
    '2001:db8::1',
    '2001:db8::2:1',
    'fe80::1',
  ];
  const flags = [0x02, 0x12, 0x10, 0x18, 0x11, 0x14, 0x04, 0x00, 0xff, 0xc2];
  let ns = START;
  return Array.from({ length: count }, (_, i) => {
    const version6 = random.chance(0.4);
    const of = hosts.filter((host) => host.includes(':') === version6);
    const step = random.pick([
      0, 1, 999_999, 1_000_000, 7_654_321, 300_000_000, 2_000_000_000, 5_000_000_000,
    ]);
    ns += BigInt(random.chance(0.05) ? -step : random.chance(0.9) ? step % 50_000_001 : step);
    return {
      ns,
      from: random.pick(of),
      to: random.pick(of),
      sourcePort: random.pick([53, 443, 1000]),
      destinationPort: random.pick([53, 443, 1000]),
      protocol: random.pick([6, 6, 6, 17, 1, 132]),
      flags: random.pick(flags),
      bytes: random.between(54, 1514),
      vlan: random.chance(0.2) ? 7 : 0,
      tunnel: random.chance(0.1) ? 2 : 0,
      number: i + 1,
      mac: random.chance(0.9),
    };
  });
}
