/** The same traffic with other addresses: a random bijection within each kind of unicast address, and of MACs. */
import { type TestRandom, testRandom } from './random.js';
import { filePacketOf, type TestEnd, type TestTraffic } from './traffic.js';

/** A fresh address of the kind of an old one. Groups, directed broadcasts and 0.0.0.0 keep theirs. */
function another(end: TestEnd, random: TestRandom): string {
  const { address, kind } = end;
  if (kind === 'multicast' || kind === 'unspecified' || address.endsWith('.255')) return address;
  const byte = (): number => random.between(1, 254);
  const group = (): string => random.below(65536).toString(16);
  if (!address.includes(':')) {
    if (kind === 'external') return `${random.pick([5, 23, 62, 81, 185])}.${byte()}.${byte()}.${byte()}`;
    return random.pick([
      `10.${byte()}.${byte()}.${byte()}`,
      `172.${random.between(16, 31)}.${byte()}.${byte()}`,
      `192.168.${byte()}.${byte()}`,
    ]);
  }
  const prefix =
    kind === 'external' ? random.pick(['2a01', '2600', '2c0f']) : random.pick(['fd00', 'fe80', 'fc12']);
  return `${prefix}:${group()}:${group()}:${group()}::${random.between(1, 65535).toString(16)}`;
}

export function shuffledAddresses(traffic: TestTraffic, seed: number): TestTraffic {
  const random = testRandom(seed);
  const addresses = new Map<string, string>();
  const macs = new Map<string, string>();
  const taken = new Set<string>();
  const fresh = (draw: () => string): string => {
    for (;;) {
      const value = draw();
      if (taken.has(value)) continue;
      taken.add(value);
      return value;
    }
  };
  const renamed = (end: TestEnd): TestEnd => {
    let address = addresses.get(end.address);
    if (address === undefined) {
      const stays = another(end, testRandom(0)) === end.address;
      address = stays ? end.address : fresh(() => another(end, random));
      addresses.set(end.address, address);
    }
    let mac = macs.get(end.mac);
    if (mac === undefined) {
      const isGroup = Number.parseInt(end.mac.slice(0, 2), 16) % 2 === 1;
      const pair = (): string => random.below(256).toString(16).padStart(2, '0');
      mac = isGroup ? end.mac : fresh(() => `06:${pair()}:${pair()}:${pair()}:${pair()}:${pair()}`);
      macs.set(end.mac, mac);
    }
    return { ...end, address, mac };
  };
  const packets = traffic.packets.map((packet) => ({
    ...packet,
    source: renamed(packet.source),
    destination: renamed(packet.destination),
  }));
  return {
    linkType: traffic.linkType,
    packets,
    files: packets.map((packet, i) => filePacketOf(packet, traffic.linkType, traffic.files[i]!.frame.length)),
  };
}
