/** Frames for tests of behaviour, each beside what it says. */
import { addressBytes, concat, macBytes, u8, u16, u32 } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, tcp, udp } from '../support/ip-packets.js';

export interface TestHost {
  readonly mac: string;
  readonly address: string;
}

const hosts = new Map<number, TestHost>();

export function testHost(number: number): TestHost {
  const known = hosts.get(number) ?? {
    mac: `02:00:00:00:01:${number.toString(16).padStart(2, '0')}`,
    address: `10.0.0.${number}`,
  };
  hosts.set(number, known);
  return known;
}

interface Ends {
  readonly from: TestHost;
  readonly to: TestHost;
  readonly seconds: number;
}

interface IpWords extends Ends {
  readonly protocol: 6 | 17;
  readonly ports: readonly [from: number, to: number];
  readonly payload: number;
  readonly flags?: number;
  readonly nameError?: boolean;
}

interface IcmpWords extends Ends {
  readonly type: number;
}

interface ArpWords extends Ends {
  readonly operation: 1 | 2;
  readonly claimed: string;
  readonly asked: string;
}

/** What a frame says, and its bytes. */
export type SlowFrame = (
  | (IpWords & { readonly kind: 'ip' })
  | (IcmpWords & { readonly kind: 'icmp' })
  | (ArpWords & { readonly kind: 'arp' })
) & { readonly bytes: Uint8Array };

const overEthernet = ({ from, to }: Ends, payload: Uint8Array, type?: number) =>
  ethernet({ source: from.mac, destination: to.mac }, payload, type);

export function ipFrame(words: IpWords): SlowFrame {
  const { from, to, protocol, ports, flags = 0, nameError = false } = words;
  const payload = new Uint8Array(words.payload);
  if (nameError) payload.set([0, 1, 0x81, 0x83]);
  const transport = protocol === 6 ? tcp(...ports, flags, payload) : udp(...ports, payload);
  const packet = ipv4({ source: from.address, destination: to.address, protocol }, transport);
  return { ...words, kind: 'ip', bytes: overEthernet(words, packet) };
}

export function icmpFrame(words: IcmpWords): SlowFrame {
  const { from, to, type } = words;
  const message = concat(u8(type), u8(0), u16(0), u32(0));
  const packet = ipv4({ source: from.address, destination: to.address, protocol: 1 }, message);
  return { ...words, kind: 'icmp', bytes: overEthernet(words, packet) };
}

export function arpFrame(words: ArpWords): SlowFrame {
  const { from, operation, claimed, asked } = words;
  const message = concat(
    u16(1),
    u16(0x0800),
    u16(0x0604),
    u16(operation),
    macBytes(from.mac),
    addressBytes(claimed),
    new Uint8Array(6),
    addressBytes(asked),
  );
  return { ...words, kind: 'arp', bytes: overEthernet(words, message, 0x0806) };
}

/** A capture of the frames, in microseconds. */
export function captureOf(frames: readonly SlowFrame[]): Uint8Array {
  const packets = frames.map(({ seconds, bytes }) => ({
    seconds: 1_700_000_000 + Math.floor(seconds),
    nanoseconds: Math.floor((seconds % 1) * 1e6) * 1000,
    frame: bytes,
  }));
  return fileOf(classicPieces(packets));
}
