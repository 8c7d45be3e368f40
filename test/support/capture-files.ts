/** Builders of capture files: classic pcap and pcapng, in all their variants, as pieces of known ends. */
import { gzipSync } from 'node:zlib';
import { concat, integer } from './bytes.js';

/** One packet to be stored. */
export interface FilePacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly frame: Uint8Array;
  readonly wireBytes?: number;
}

/** A part of a file that is there as a whole or not at all, and how many packets lie in it. */
export interface FilePiece {
  readonly bytes: Uint8Array;
  readonly packets: number;
}

export function fileOf(pieces: readonly FilePiece[]): Uint8Array {
  return concat(...pieces.map(({ bytes }) => bytes));
}

export interface ClassicOptions {
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** The format of patched libpcap: 24 bytes before each packet. */
  readonly patched?: boolean;
  readonly linkType?: number;
}

export function classicPieces(packets: readonly FilePacket[], options: ClassicOptions = {}): FilePiece[] {
  const { bigEndian = false, nanoseconds = false, patched = false, linkType = 1 } = options;
  const n = (value: number, width: number): Uint8Array => integer(value, width, !bigEndian);
  const magic = patched ? 0xa1b2cd34 : nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const header = concat(n(magic, 4), n(2, 2), n(4, 2), n(0, 8), n(65535, 4), n(linkType, 4));
  return [
    { bytes: header, packets: 0 },
    ...packets.map((packet) => {
      const { seconds, frame, wireBytes = frame.length } = packet;
      const fraction = nanoseconds ? packet.nanoseconds : Math.floor(packet.nanoseconds / 1000);
      const extra = patched ? concat(n(1, 4), n(0x0800, 2), n(0, 2)) : new Uint8Array(0);
      return {
        bytes: concat(n(seconds, 4), n(fraction, 4), n(frame.length, 4), n(wireBytes, 4), extra, frame),
        packets: 1,
      };
    }),
  ];
}

/** Blocks of one byte order (draft-ietf-opsawg-pcapng). */
export function pcapngBlocks(bigEndian: boolean) {
  const n = (value: number, width: number): Uint8Array => integer(value, width, !bigEndian);
  const padded = (bytes: Uint8Array): Uint8Array =>
    concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
  const block = (type: number, body: Uint8Array, packets = 0): FilePiece => {
    const length = body.length + 12;
    return { bytes: concat(n(type, 4), n(length, 4), body, n(length, 4)), packets };
  };
  const option = (code: number, value: Uint8Array): Uint8Array =>
    concat(n(code, 2), n(value.length, 2), padded(value));
  const stamp = (units: bigint): Uint8Array =>
    concat(n(Number(units >> 32n), 4), n(Number(units & 0xffffffffn), 4));
  return {
    n,
    block,
    option,
    section: (): FilePiece =>
      block(0x0a0d0d0a, concat(n(0x1a2b3c4d, 4), n(1, 2), n(0, 2), new Uint8Array(8).fill(0xff))),
    /** @param resolution if_tsresol as stored; @param offset if_tsoffset in seconds */
    interface: (
      linkType: number,
      fields: { resolution?: number; offset?: bigint; snaplen?: number } = {},
    ): FilePiece => {
      const { resolution, offset, snaplen = 0 } = fields;
      const signed = offset === undefined ? undefined : BigInt.asUintN(64, offset);
      const options = [
        option(2, Uint8Array.from([0x65, 0x74, 0x68])),
        ...(resolution === undefined ? [] : [option(9, Uint8Array.of(resolution))]),
        ...(signed === undefined ? [] : [option(14, bigBytes(signed, bigEndian))]),
        n(0, 4),
      ];
      return block(1, concat(n(linkType, 2), n(0, 2), n(snaplen, 4), ...options));
    },
    enhanced: (interfaceId: number, units: bigint, { frame, wireBytes }: FilePacket): FilePiece =>
      block(
        6,
        concat(
          n(interfaceId, 4),
          stamp(units),
          n(frame.length, 4),
          n(wireBytes ?? frame.length, 4),
          padded(frame),
        ),
        1,
      ),
    obsolete: (interfaceId: number, units: bigint, { frame, wireBytes }: FilePacket): FilePiece =>
      block(
        2,
        concat(
          n(interfaceId, 2),
          n(0, 2),
          stamp(units),
          n(frame.length, 4),
          n(wireBytes ?? frame.length, 4),
          padded(frame),
        ),
        1,
      ),
    simple: ({ frame, wireBytes }: FilePacket): FilePiece =>
      block(3, concat(n(wireBytes ?? frame.length, 4), padded(frame)), 1),
    /** Statistics of an interface; counters by option number. */
    statistics: (interfaceId: number, counters: Readonly<Record<number, bigint>>): FilePiece =>
      block(
        5,
        concat(
          n(interfaceId, 4),
          stamp(0n),
          ...Object.entries(counters).map(([code, value]) =>
            option(Number(code), bigBytes(value, bigEndian)),
          ),
          n(0, 4),
        ),
      ),
    /** Name resolution, statistics, custom: anything without packets. */
    other: (type: number, bytes: number): FilePiece => block(type, new Uint8Array(bytes).fill(0x5a)),
  };
}

function bigBytes(value: bigint, bigEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, !bigEndian);
  return bytes;
}

/** Units of 10^-digits seconds. */
export function decimalUnits({ seconds, nanoseconds }: FilePacket, digits: number): bigint {
  return ((BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)) * 10n ** BigInt(digits)) / 1_000_000_000n;
}

export interface PcapngOptions {
  readonly bigEndian?: boolean;
  readonly linkType?: number;
  /** Decimal digits of a second that are stored; 6 is stored without an option. */
  readonly digits?: number;
  /** Blocks without packets before, between and after the packets. */
  readonly withOtherBlocks?: boolean;
  /** A new section (of the other byte order) with its own interface before this packet. */
  readonly newSectionAt?: number;
  /** The packets alternate between this many equal interfaces. */
  readonly interfaces?: number;
  readonly obsolete?: boolean;
}

export function pcapngPieces(packets: readonly FilePacket[], options: PcapngOptions = {}): FilePiece[] {
  const { linkType = 1, digits = 6, interfaces = 1, newSectionAt } = options;
  let blocks = pcapngBlocks(options.bigEndian ?? false);
  const pieces: FilePiece[] = [];
  const begin = (): void => {
    pieces.push(blocks.section());
    for (let i = 0; i < interfaces; i++)
      pieces.push(blocks.interface(linkType, digits === 6 ? {} : { resolution: digits }));
  };
  begin();
  packets.forEach((packet, i) => {
    if (i === newSectionAt) {
      blocks = pcapngBlocks(!(options.bigEndian ?? false));
      begin();
    }
    if (options.withOtherBlocks === true)
      pieces.push(blocks.other(i % 2 === 0 ? 4 : 0x80000001, 8 * (i % 5)));
    const kind = options.obsolete === true ? blocks.obsolete : blocks.enhanced;
    pieces.push(kind(i % interfaces, decimalUnits(packet, digits), packet));
  });
  if (options.withOtherBlocks === true) pieces.push(blocks.other(5, 16));
  return pieces;
}

/** Every form of file that holds whole packets with time stamps to the microsecond. */
export const fileForms: ReadonlyMap<
  string,
  (packets: readonly FilePacket[], linkType?: number) => FilePiece[]
> = new Map([
  ['classic, little-endian', (p, linkType = 1) => classicPieces(p, { linkType })],
  ['classic, big-endian', (p, linkType = 1) => classicPieces(p, { linkType, bigEndian: true })],
  ['classic, nanoseconds', (p, linkType = 1) => classicPieces(p, { linkType, nanoseconds: true })],
  [
    'classic, nanoseconds, big-endian',
    (p, linkType = 1) => classicPieces(p, { linkType, nanoseconds: true, bigEndian: true }),
  ],
  ['classic, patched', (p, linkType = 1) => classicPieces(p, { linkType, patched: true })],
  [
    'classic, patched, big-endian',
    (p, linkType = 1) => classicPieces(p, { linkType, patched: true, bigEndian: true }),
  ],
  ['pcapng, little-endian', (p, linkType = 1) => pcapngPieces(p, { linkType })],
  ['pcapng, big-endian', (p, linkType = 1) => pcapngPieces(p, { linkType, bigEndian: true })],
  ['pcapng, nanoseconds', (p, linkType = 1) => pcapngPieces(p, { linkType, digits: 9 })],
  ['pcapng, other blocks between', (p, linkType = 1) => pcapngPieces(p, { linkType, withOtherBlocks: true })],
  [
    'pcapng, two sections of different byte order',
    (p, linkType = 1) => pcapngPieces(p, { linkType, newSectionAt: 2, interfaces: 2 }),
  ],
  [
    'pcapng, obsolete packet blocks',
    (p, linkType = 1) => pcapngPieces(p, { linkType, obsolete: true, interfaces: 3 }),
  ],
] satisfies [string, (packets: readonly FilePacket[], linkType?: number) => FilePiece[]][]);

export function gzipped(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes));
}
