/** What a capture may ask of the machine. A limit that is passed ends the reading with NML_PCAP_LIMIT. */
export interface CaptureLimits {
  /** Largest captured length of one packet; a longer record is corrupt (NML_PCAP_CORRUPT). Bytes. */
  readonly recordBytes: number;
  /** Largest pcapng block; a longer one is corrupt. Bytes. */
  readonly blockBytes: number;
  /** Interfaces in one section of a pcapng file. */
  readonly interfaces: number;
  /** Packets in one capture. */
  readonly packets: number;
  /** Bytes of one capture after decompression. */
  readonly bytes: number;
  /** Decompressed over compressed size, looked at once 16 MiB have come out. Deflate itself ends near 1,032. */
  readonly gzipRatio: number;
}

export const defaultCaptureLimits: CaptureLimits = {
  recordBytes: 256 * 1024,
  blockBytes: 16 * 1024 * 1024,
  interfaces: 65_536,
  packets: 4_000_000_000,
  bytes: 2 ** 41,
  gzipRatio: 500,
};
