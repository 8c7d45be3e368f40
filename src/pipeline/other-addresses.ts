import { createRandom, type Random } from '../math/index.js';
import { createPcapWriter, openCapture, type Packet, type PcapWriter } from '../pcap/index.js';
import {
  type AddressClass,
  classifyIpv4,
  classifyIpv6,
  formatAddress,
  parseAddress,
} from '../sessions/index.js';

/** LINKTYPE_ETHERNET (www.tcpdump.org/linktypes.html). */
const ETHERNET = 1;
const ETHERTYPE_ARP = 0x0806;
/** Tags of IEEE 802.1Q and 802.1ad, and the one in use before the latter. */
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);

/** An address for another, the same wherever it occurs. */
export interface AddressExchange {
  /** The new text of a MAC or IP address; undefined for one that did not occur. */
  exchanged(text: string): string | undefined;
}

/**
 * Writes a copy of a capture in which every MAC and every unicast IP address is exchanged for a random one: one to one,
 * and within its class (private stays private, public stays public), because that much is learnt on purpose. Groups,
 * broadcasts and what ends like one keep theirs, and so do the headers outside of tunnels.
 *
 * @returns undefined when the capture has more than one link type, which one copy cannot hold.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_OUTPUT
 */
export async function exchangeAddresses(
  from: string,
  to: string,
  seed: number,
): Promise<AddressExchange | undefined> {
  const table = new ExchangeTable(createRandom(seed));
  let writer: PcapWriter | undefined;
  let linkType = -1;
  let mixed = false;
  const copy = (packet: Packet, usable: boolean): void => {
    const { view, frameAt, frameEnd, seconds, nanoseconds, wireBytes } = packet;
    writer ??= createPcapWriter(to, { linkType: packet.linkType, snaplen: 2 ** 31 - 1, nanoseconds: true });
    if (linkType === -1) linkType = packet.linkType;
    if (packet.linkType !== linkType) mixed = true;
    const frame = new Uint8Array(view.buffer, view.byteOffset + frameAt, frameEnd - frameAt).slice();
    if (linkType === ETHERNET) exchangeMacs(frame, table);
    if (usable) exchangeIps(frame, packet.ipAt - frameAt, packet.ipVersion, table);
    writer.write(seconds, nanoseconds, frame, Math.max(wireBytes, frame.length));
  };
  await openCapture(from, { digest: 'never' }).read(
    (packet) => copy(packet, true),
    undefined,
    (packet) => copy(packet, false),
  );
  writer?.close();
  return mixed || writer === undefined ? undefined : table;
}

/** The addresses of an Ethernet header, and those that an ARP message tells (RFC 826). */
function exchangeMacs(frame: Uint8Array, table: ExchangeTable): void {
  if (frame.length < 14) return;
  table.exchangeMac(frame, 0);
  table.exchangeMac(frame, 6);
  let at = 12;
  const word = (): number => (frame[at] ?? 0) * 256 + (frame[at + 1] ?? 0);
  while (VLAN_TAGS.has(word())) at += 4;
  if (word() !== ETHERTYPE_ARP || frame.length < at + 30) return;
  for (const part of [10, 20]) {
    table.exchangeMac(frame, at + part);
    table.exchangeIp(frame, at + part + 6, 4);
  }
}

function exchangeIps(frame: Uint8Array, at: number, version: 4 | 6, table: ExchangeTable): void {
  const [first, bytes] = version === 4 ? ([12, 4] as const) : ([8, 16] as const);
  for (const from of [at + first, at + first + bytes]) {
    if (from + bytes <= frame.length) table.exchangeIp(frame, from, bytes);
  }
}

/** What was exchanged for what; bytes as text between dots are the keys. */
class ExchangeTable implements AddressExchange {
  readonly #random: Random;
  readonly #fresh = new Map<string, Uint8Array>();
  readonly #taken = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  exchanged(text: string): string | undefined {
    const address = parseAddress(text);
    if (address === undefined) {
      const mac = Uint8Array.from(text.split(/[:-]/), (byte) => Number.parseInt(byte, 16));
      const found = this.#fresh.get(mac.join('.'));
      return found && Array.from(found, (byte) => byte.toString(16).padStart(2, '0')).join(':');
    }
    const { version, words } = address;
    const bytes = new Uint8Array(version === 4 ? 4 : 16);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < bytes.length / 4; i++) view.setInt32(4 * i, words[i] as number);
    const found = this.#fresh.get(bytes.join('.'));
    if (found === undefined) return undefined;
    const other = new DataView(found.buffer);
    const word = (i: number): number => (4 * i < found.length ? other.getInt32(4 * i) : 0);
    return formatAddress({ version, words: [word(0), word(1), word(2), word(3)] });
  }

  exchangeMac(frame: Uint8Array, at: number): void {
    const old = frame.slice(at, at + 6);
    const isGroup = ((old[0] as number) & 1) === 1;
    if (isGroup || old.every((byte) => byte === 0)) return;
    frame.set(
      this.#exchange(old, () => this.#draw(6, [0x06])),
      at,
    );
  }

  exchangeIp(frame: Uint8Array, at: number, bytes: 4 | 16): void {
    const old = frame.slice(at, at + bytes);
    const kind = classOf(old);
    // Subnet broadcasts cannot be told from hosts, so whatever ends like one stays.
    if ((kind !== 'private' && kind !== 'external') || old[bytes - 1] === 255) return;
    // What is embedded in the first 96 bits of zero (loopback, mapped IPv4) has a class of its own.
    if (bytes === 16 && old.subarray(0, 8).every((byte) => byte === 0)) return;
    const starts = STARTS[`${bytes} ${kind}`] ?? [];
    const draw = (): Uint8Array => {
      for (;;) {
        const drawn = this.#draw(bytes, starts[this.#random.below(starts.length)] ?? []);
        if (classOf(drawn) === kind) return drawn;
      }
    };
    frame.set(this.#exchange(old, draw), at);
  }

  #draw(bytes: number, start: readonly number[]): Uint8Array {
    const drawn = Uint8Array.from({ length: bytes }, () => 1 + this.#random.below(254));
    drawn.set(start);
    return drawn;
  }

  #exchange(old: Uint8Array, draw: () => Uint8Array): Uint8Array {
    const key = old.join('.');
    let fresh = this.#fresh.get(key);
    if (fresh === undefined) {
      do fresh = draw();
      while (this.#taken.has(fresh.join('.')));
      this.#fresh.set(key, fresh);
      this.#taken.add(fresh.join('.'));
    }
    return fresh;
  }
}

/** Starts of addresses that are likely to be of a class; what is drawn behind them is looked at. */
const STARTS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  '4 private': [[10], [172, 20], [192, 168]],
  '4 external': [[23], [62], [185]],
  '16 private': [
    [0xfe, 0x80],
    [0xfd, 0],
  ],
  '16 external': [
    [0x2a, 0x02],
    [0x26, 0],
  ],
};

function classOf(bytes: Uint8Array): AddressClass {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return bytes.length === 4
    ? classifyIpv4(view.getInt32(0))
    : classifyIpv6(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
}
