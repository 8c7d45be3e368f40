/** What a driver of live packets is: an interface in, the bytes of a capture file and drop counts out. */

/** Names of the drivers, in the order in which they are tried. */
export const driverNames = ['tcpdump', 'dumpcap', 'cap'] as const;

export type DriverName = (typeof driverNames)[number];

/** What is captured, and how much may wait. */
export interface LiveOptions {
  /** Name of the interface, as the system has it: `eth0`. */
  readonly interface: string;
  /** Bytes kept of each packet; all that networkml looks at is in the first 256 or fewer. */
  readonly snaplenBytes: number;
  /** In the language of pcap-filter(7). */
  readonly filter?: string;
  /** Room for packets in the kernel, MiB. */
  readonly bufferMiB: number;
}

/** Packets that were lost since the start; null where a driver cannot tell (yet). */
export interface DropCounts {
  /** By the kernel, because nobody took them in time. */
  readonly kernel: number | null;
  /** By the interface or its driver. */
  readonly interface: number | null;
  /** By ourselves, because a buffer was full. */
  readonly evicted: number;
}

/** Packets of an interface, for as long as it is open. */
export interface LiveSource {
  readonly driver: DriverName;
  /**
   * The bytes of a capture file. Ends after `stop`.
   * @throws NetworkmlError NML_CAPTURE_ENDED when the driver ends by itself
   */
  readonly stream: AsyncIterable<Uint8Array>;
  /** As far as it is known by now; all of it once the stream has ended. */
  drops(): Promise<DropCounts>;
  /** Ends the stream: after what has been captured by now, or `now`, when nobody reads it any more. */
  stop(now?: boolean): void;
}

/** A way to get live packets. */
export interface LiveDriver {
  readonly name: DriverName;
  /** Whether it could open this interface, and if not why not. */
  probe(interfaceName: string): Promise<DriverState>;
  /** @throws NetworkmlError NML_CAPTURE_* , NML_USAGE for a filter that cannot be compiled */
  open(options: LiveOptions): Promise<LiveSource>;
}

/** What `doctor` says of a driver. */
export interface DriverState {
  readonly works: boolean;
  /** Version, or why it does not work. */
  readonly detail: string;
}
