import { type NetworkmlError, toNetworkmlError } from '../errors.js';
import { CaptureReader } from './capture-reader.js';
import type { DigestWish } from './digest.js';
import { compileFilter, type PacketFilter } from './filter/compile.js';
import type { PacketHandler, SkippedHandler } from './frame-decoder.js';
import { type CaptureLimits, defaultCaptureLimits } from './limits.js';
import type { Moment } from './moment.js';
import type { PlainPackets } from './plain-packets.js';
import { type SkipReasonName, skippedByName } from './skip-reason.js';
import { type CaptureSource, pump } from './source.js';

/** What is known of a capture once it has been read. */
export interface CaptureSummary {
  readonly file: string;
  /** SHA-256 of the stored bytes, hexadecimal; of a large file it is ready some time after the last packet. Null when not wanted. */
  readonly sha256: Promise<string | null>;
  /** Names of the link types met, joined by `+`. */
  readonly linkType: string;
  /** All packets, skipped ones included, and their bytes on the wire. */
  readonly packets: number;
  readonly bytes: number;
  /** Earliest and latest time stamp; null without packets. */
  readonly first: Moment | null;
  readonly last: Moment | null;
  readonly skipped: Partial<Record<SkipReasonName, number>>;
  /** Packets that the capturing program says it lost (statistics of pcapng interfaces); null where the file does not say. */
  readonly dropped: number | null;
  readonly truncated: boolean;
  /** Damage at which the reading ended early; the packets before it count. */
  readonly damage: NetworkmlError | null;
}

export interface CaptureProgress {
  readonly bytes: number;
  readonly totalBytes: number | null;
  readonly packets: number;
}

export interface OpenCaptureOptions {
  /** Name in records and errors; the path by default, `-` for streams. */
  readonly name?: string;
  readonly limits?: Partial<CaptureLimits>;
  /** Whether the SHA-256 of the stored bytes is wanted; `auto` by default: up to 256 MiB. */
  readonly digest?: DigestWish;
  /**
   * `exact` (default), or `nfstream`: which packets, keys and sizes NFStream 6.5.4 would meter (docs/packets.md).
   */
  readonly decode?: 'exact' | 'nfstream';
  /**
   * Whether the packet inside of a tunnel is decoded instead of the one around it: IP in IP, GTP-U, CAPWAP, TZSP, GRE,
   * VXLAN, Geneve. True by default. With `decode: 'nfstream'` IP in IP is always unwrapped.
   */
  readonly tunnels?: boolean;
  /**
   * Packets that are wanted, in tcpdump's language (docs/packets.md) or as a function that sees the frame before it is
   * decoded (link type, lengths, time and place); the others count as skipped, `filtered`.
   */
  readonly filter?: string | PacketFilter;
}

export interface Capture {
  readonly name: string;
  /**
   * Reads the capture once, from start to end, and calls `onPacket` for each usable packet with one record that is
   * filled again every time.
   * @param onSkipped the same for packets that could not be used
   * @param plainPackets takes plain packets by itself, past `onPacket`; used where no packet needs to be seen before (a
   * filter, NFStream's rules)
   * @throws NetworkmlError NML_INPUT_*, NML_PCAP_* with the place of the failure
   */
  read(
    onPacket: PacketHandler,
    onProgress?: (progress: CaptureProgress) => void,
    onSkipped?: SkippedHandler,
    plainPackets?: PlainPackets,
  ): Promise<CaptureSummary>;
}

/**
 * A capture to be read: pcap or pcapng, plain or gzip-compressed, from a path, from bytes or from a stream.
 * What it is, is decided by its first bytes. Nothing is opened before `read`.
 * @throws NetworkmlError NML_FILTER
 */
export function openCapture(source: CaptureSource, options: OpenCaptureOptions = {}): Capture {
  const name = options.name ?? (typeof source === 'string' ? source : '-');
  const limits = { ...defaultCaptureLimits, ...options.limits };
  const filter = typeof options.filter === 'string' ? compileFilter(options.filter) : options.filter;
  return {
    name,
    async read(onPacket, onProgress, onSkipped, plainPackets) {
      const { decode, tunnels } = options;
      const wish = { decode, tunnels, filter, onSkipped, plainPackets };
      const reader = new CaptureReader(onPacket, limits, wish);
      try {
        const { sha256 } = await pump(source, reader, {
          limits,
          digest: options.digest ?? 'auto',
          onBytes: (bytes, totalBytes) =>
            onProgress?.({ bytes, totalBytes, packets: reader.decoder.packets }),
        });
        return summarize(name, sha256, reader);
      } catch (error) {
        throw toNetworkmlError(error, name);
      }
    },
  };
}

function summarize(file: string, sha256: Promise<string | null>, reader: CaptureReader): CaptureSummary {
  const { decoder } = reader;
  return {
    file,
    sha256,
    linkType: decoder.linkTypeNames,
    packets: decoder.packets,
    bytes: decoder.bytes,
    first: decoder.first,
    last: decoder.last,
    skipped: skippedByName(decoder.skipped),
    dropped: reader.dropped,
    truncated: reader.truncated,
    damage: reader.damage ?? null,
  };
}
