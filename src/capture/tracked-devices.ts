import type { Moment, Packet } from '../pcap/index.js';
import { formatAddress, formatMac } from '../sessions/index.js';
import { AddressNumbers } from './address-numbers.js';
import type { EndKind, FrameEnds } from './frame-ends.js';

/** Addresses that are remembered of a device known by its MAC; a gateway has many more. */
const MOST_ADDRESSES = 8;

/** One device of a mixed capture and what was counted of it. */
export interface TrackedDevice {
  readonly number: number;
  readonly linkType: number;
  readonly kind: EndKind;
  readonly words: readonly [number, number, number, number];
  /** VLAN that it last sent in; broadcasts of other VLANs do not reach it. */
  vlanId: number;
  /** Frames in its capture, and their lengths on the wire. */
  packets: number;
  bytes: number;
  /** Of them: sent by it; sent by others to everybody or to a group. */
  sent: number;
  shared: number;
  /** Frames that are counted as placed because they are in this capture. */
  home: number;
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  /** IP addresses it sent from, as text; the first few. */
  readonly addresses: string[];
  /** Words of the address it sent from last, so that the same one is not looked at twice. */
  lastVersion: number;
  last0: number;
  last1: number;
  last2: number;
  last3: number;
}

/** The devices of a split, by address; numbered in order of appearance, and listed by when they last sent. */
export class TrackedDevices {
  readonly list: TrackedDevice[] = [];
  private readonly numbers: AddressNumbers;
  /** Doubly linked by number, the one that sent last in front; -1 ends it. */
  private readonly before: number[] = [];
  private readonly after: number[] = [];
  private front = -1;

  constructor(most: number) {
    this.numbers = new AddressNumbers(most);
  }

  /** The sender of a frame; undefined when there are too many devices. */
  source(packet: Packet, ends: FrameEnds): TrackedDevice | undefined {
    return this.device(packet, ends.kind, ends.source0, ends.source1, ends.source2, ends.source3);
  }

  /** The one host that a frame is for; undefined when there are too many devices. */
  destination(packet: Packet, ends: FrameEnds): TrackedDevice | undefined {
    const { kind, destination0, destination1, destination2, destination3 } = ends;
    return this.device(packet, kind, destination0, destination1, destination2, destination3);
  }

  /** Puts a device in front of those that send. */
  noteSent(device: TrackedDevice, vlanId: number): void {
    device.vlanId = vlanId;
    device.sent++;
    const { number } = device;
    if (this.front === number) return;
    const { before, after } = this;
    if (device.sent > 1) {
      const left = before[number] as number;
      const right = after[number] as number;
      after[left] = right;
      if (right >= 0) before[right] = left;
    }
    after[number] = this.front;
    before[number] = -1;
    if (this.front >= 0) before[this.front] = number;
    this.front = number;
  }

  /** Those that sent, latest first. */
  *senders(): Generator<TrackedDevice> {
    for (let number = this.front; number >= 0; number = this.after[number] as number) {
      yield this.list[number] as TrackedDevice;
    }
  }

  private device(
    { linkType }: Packet,
    kind: EndKind,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
  ): TrackedDevice | undefined {
    const number = this.numbers.intern(linkType, kind, w0, w1, w2, w3);
    if (number < 0) return undefined;
    const known = this.list[number];
    if (known !== undefined) return known;
    const device = createDevice(number, linkType, kind, [w0, w1, w2, w3]);
    this.list.push(device);
    return device;
  }
}

function createDevice(
  number: number,
  linkType: number,
  kind: EndKind,
  words: readonly [number, number, number, number],
): TrackedDevice {
  return {
    number,
    linkType,
    kind,
    words,
    vlanId: 0,
    packets: 0,
    bytes: 0,
    sent: 0,
    shared: 0,
    home: 0,
    firstSeconds: 0,
    firstNanoseconds: 0,
    lastSeconds: 0,
    lastNanoseconds: 0,
    addresses: kind === 'mac' ? [] : [addressOf(kind, words)],
    lastVersion: 0,
    last0: 0,
    last1: 0,
    last2: 0,
    last3: 0,
  };
}

/** Adds a packet's length and time. */
export function countPacket(device: TrackedDevice, { seconds, nanoseconds, wireBytes }: Packet): void {
  if (device.packets === 0 || earlier(seconds, nanoseconds, device.firstSeconds, device.firstNanoseconds)) {
    device.firstSeconds = seconds;
    device.firstNanoseconds = nanoseconds;
  }
  if (device.packets === 0 || earlier(device.lastSeconds, device.lastNanoseconds, seconds, nanoseconds)) {
    device.lastSeconds = seconds;
    device.lastNanoseconds = nanoseconds;
  }
  device.packets++;
  device.bytes += wireBytes;
}

function earlier(
  seconds: number,
  nanoseconds: number,
  thanSeconds: number,
  thanNanoseconds: number,
): boolean {
  return seconds < thanSeconds || (seconds === thanSeconds && nanoseconds < thanNanoseconds);
}

/**
 * Notes the IP address that a device known by its MAC sends from.
 * @returns true when the address was not the last one and is an IPv6 address
 */
export function noteAddress(device: TrackedDevice, packet: Packet): boolean {
  const { ipVersion, source0, source1, source2, source3 } = packet;
  if (
    device.last3 === source3 &&
    device.last0 === source0 &&
    device.last2 === source2 &&
    device.last1 === source1 &&
    device.lastVersion === ipVersion
  ) {
    return false;
  }
  device.lastVersion = ipVersion;
  device.last0 = source0;
  device.last1 = source1;
  device.last2 = source2;
  device.last3 = source3;
  const unspecified = source0 === 0 && source1 === 0 && source2 === 0 && source3 === 0;
  if (!unspecified && device.addresses.length < MOST_ADDRESSES) {
    const text = addressOf(ipVersion === 4 ? 'ipv4' : 'ipv6', [source0, source1, source2, source3]);
    if (!device.addresses.includes(text)) device.addresses.push(text);
  }
  return ipVersion === 6 && !unspecified;
}

function addressOf(kind: 'ipv4' | 'ipv6', words: readonly [number, number, number, number]): string {
  return formatAddress({ version: kind === 'ipv4' ? 4 : 6, words });
}

/** MAC address of a device, null where it is known by its IP address. */
export function macOf({ kind, words }: TrackedDevice): string | null {
  return kind === 'mac' ? formatMac(words[0], words[1]) : null;
}

/** Times of the first and the last packet in the capture of a device. */
export function spanOf(device: TrackedDevice): { readonly first: Moment; readonly last: Moment } {
  return {
    first: { seconds: device.firstSeconds, nanoseconds: device.firstNanoseconds },
    last: { seconds: device.lastSeconds, nanoseconds: device.lastNanoseconds },
  };
}
