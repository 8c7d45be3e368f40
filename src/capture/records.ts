/** Records of `split` and `capture`. The JSON Schemas in `schemas/` are generated from this file. */

/** Why a frame went into no capture: counts. */
export interface UnplacedFrames {
  /** It tells no address of a host: unknown link type, cut short, no IP on a link without MACs. */
  'no-address'?: number;
  /** Its time stamp does not fit into a capture file (before 1970 or after 2106). */
  time?: number;
  /** More devices than the limit. */
  'device-limit'?: number;
  /** More bytes than the limit. */
  'size-limit'?: number;
  /** The capture it belongs to had too few packets. */
  minimum?: number;
}

/** Where the frames of a split went: `read` is `placed` plus all `unplaced`. */
export interface SplitCounts {
  read: number;
  /** Frames that are in one capture at least. */
  placed: number;
  unplaced: UnplacedFrames;
  /** Broadcasts and multicasts that did not go to all whom they concern because a limit was passed. */
  curtailed: number;
}

/** One capture that a split wrote. */
export interface DeviceCaptureRecord {
  schema: 'networkml/device-capture/v1';
  /** Where it lies. */
  file: string;
  device: {
    mac: string | null;
    /** IP addresses that the device sent from, the first eight. */
    addresses: string[];
  };
  /** Name of the link type. */
  linkType: string;
  /** Frames in it; of them sent by the device; of them broadcasts and multicasts of others. */
  packets: number;
  sent: number;
  shared: number;
  /** Lengths on the wire. */
  bytes: number;
  firstPacket: string;
  lastPacket: string;
  seconds: number;
}

/** The end of a split: what happened to all frames. */
export interface SplitRecord {
  schema: 'networkml/split/v1';
  capture: { file: string; truncated: boolean };
  /** Captures written. */
  devices: number;
  /** Addresses that never sent anything, and devices with too few packets: without a capture. */
  silent: number;
  belowMinimum: number;
  frames: SplitCounts;
}

/** One window of a live capture, printed when its captures are. */
export interface WindowRecord {
  schema: 'networkml/window/v1';
  interface: string;
  /** Program or library that captured: tcpdump, dumpcap, cap. */
  driver: string;
  /** From 0. */
  number: number;
  start: string;
  end: string;
  /** False where the capture ended before the window did. */
  whole: boolean;
  packets: number;
  /** Packets whose headers could not be decoded, by reason; they are in the captures like all others. */
  skipped: Record<string, number>;
  /** Captures written. */
  devices: number;
  silent: number;
  belowMinimum: number;
  frames: SplitCounts;
  /** Lost since the window before; null where the driver cannot tell (yet). */
  drops: DropRecord;
}

/** Packets that are in no capture because they were lost before anybody saw them. */
export interface DropRecord {
  kernel: number | null;
  interface: number | null;
  /** By ourselves, because a buffer was full. */
  evicted: number;
}

/** The end of a live capture. */
export interface LiveRecord {
  schema: 'networkml/live/v1';
  interface: string;
  driver: string;
  packets: number;
  windows: number;
  /** Windows whose captures were not predicted because the windows before them took too long. */
  evictedWindows: number;
  /** Since the start. */
  drops: DropRecord;
  /** Captures by what became of them at the service; null where none was asked. */
  service: SentCaptures | null;
}

/** What became of the captures that were for the service: their sum is the number of all captures. */
export interface SentCaptures {
  /** With a result, be it an error record. */
  answered: number;
  /** Accepted by the service's stream, without a result in time: it will still be published. */
  unanswered: number;
  /** Never accepted: NATS was away for too long, or the windows before took too long. */
  lost: number;
}
