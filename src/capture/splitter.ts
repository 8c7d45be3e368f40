import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { linkTypeName, type Moment, type Packet } from '../pcap/index.js';
import { DeviceFiles } from './device-files.js';
import { createFrameEnds, type FrameEnds, readFrameEnds } from './frame-ends.js';
import { GroupMembers } from './group-members.js';
import { publish } from './publish.js';
import type { SplitCounts, UnplacedFrames } from './records.js';
import { splitName, UNKNOWN_NAME } from './split-name.js';
import {
  countPacket,
  macOf,
  noteAddress,
  spanOf,
  type TrackedDevice,
  TrackedDevices,
} from './tracked-devices.js';

/**
 * Who gets the broadcasts and multicasts of others: `members` (those whom they concern: a broadcast everybody, a
 * multicast those that take part in its group), `all` (everybody gets all, as at a port of a simple switch), `sender`
 * (nobody but the sender).
 */
export type GroupRule = 'members' | 'all' | 'sender';

/** What a split may ask of the machine. */
export interface SplitLimits {
  /** Devices with a capture of their own. */
  readonly devices: number;
  readonly openFiles: number;
  /** Bytes of packets in memory. */
  readonly bufferBytes: number;
  /** Copies of one broadcast: the devices that sent last get it. */
  readonly fanOut: number;
  /** Bytes of all captures together. */
  readonly outputBytes: number;
}

export const defaultSplitLimits: SplitLimits = {
  devices: 65_536,
  openFiles: 256,
  bufferBytes: 64 * 1024 * 1024,
  fanOut: 1024,
  outputBytes: Number.POSITIVE_INFINITY,
};

/** Bytes of copies for others than the sender: so many times what was read, and some to begin with. */
const COPY_FACTOR = 4;
const COPY_START_BYTES = 64 * 1024 * 1024;

export interface SplitterOptions {
  /** Where the captures get their names; a hidden directory inside holds them until then. */
  readonly directory: string;
  /** First field of the names; `Unknown` by default. */
  readonly deviceName?: string;
  readonly groups?: GroupRule;
  /** Fewest packets of a capture that is kept; 1 by default. */
  readonly minPackets?: number;
  readonly limits?: Partial<SplitLimits>;
}

/** One capture of one device, as a splitter left it. */
export interface DeviceCapture {
  readonly path: string;
  readonly mac: string | null;
  readonly addresses: readonly string[];
  readonly linkType: string;
  readonly packets: number;
  readonly sent: number;
  readonly shared: number;
  readonly bytes: number;
  readonly first: Moment;
  readonly last: Moment;
}

/** All that a splitter left. */
export interface SplitOutcome {
  readonly captures: readonly DeviceCapture[];
  readonly silent: number;
  readonly belowMinimum: number;
  readonly frames: SplitCounts;
}

/**
 * Puts every frame into the captures of the devices it concerns: its sender and its receiver; broadcasts and multicasts
 * by the rule. One pass, bounded memory and handles. A class because of its life: `add` for each packet, then `finish`
 * or `abandon` once.
 */
export class Splitter {
  private readonly hidden: string;
  private readonly files: DeviceFiles;
  private readonly devices: TrackedDevices;
  private readonly members = new GroupMembers();
  private readonly limits: SplitLimits;
  private readonly ends: FrameEnds = createFrameEnds();
  private readonly unplaced: UnplacedFrames = {};
  private read = 0;
  private readBytes = 0;
  private copyBytes = 0;
  private curtailed = 0;

  /** @throws NetworkmlError NML_OUTPUT when the directory cannot be written to */
  constructor(private readonly options: SplitterOptions) {
    this.limits = { ...defaultSplitLimits, ...options.limits };
    try {
      this.hidden = mkdtempSync(join(options.directory, '.networkml-split-'));
    } catch (cause) {
      throw new NetworkmlError('NML_OUTPUT', cause instanceof Error ? cause.message : String(cause), {
        file: options.directory,
        cause,
      });
    }
    this.files = new DeviceFiles(this.hidden, this.limits);
    this.devices = new TrackedDevices(this.limits.devices);
  }

  /**
   * One frame of the reader, during its callback.
   * @param used whether its headers could be decoded
   * @throws NetworkmlError NML_OUTPUT
   */
  add(packet: Packet, used: boolean): void {
    this.read++;
    this.readBytes += packet.capturedBytes;
    const { ends } = this;
    const addressed = readFrameEnds(packet, used, ends);
    const obstacle = addressed ? this.obstacle(packet) : 'no-address';
    if (obstacle === undefined) this.place(packet, used);
    else this.leaveOut(obstacle);
  }

  private obstacle({ seconds }: Packet): keyof UnplacedFrames | undefined {
    if (!(seconds >= 0 && seconds <= 0xffffffff)) return 'time';
    return this.files.bytes >= this.limits.outputBytes ? 'size-limit' : undefined;
  }

  private place(packet: Packet, used: boolean): void {
    const { ends } = this;
    const sender = ends.hasSource ? this.devices.source(packet, ends) : undefined;
    let home = sender;
    if (sender !== undefined) this.noteSender(sender, packet, used);
    if (ends.audience === 'one') {
      const receiver = ends.hasDestination ? this.devices.destination(packet, ends) : undefined;
      if (receiver !== undefined && receiver !== sender) this.put(receiver, packet);
      home ??= receiver;
    } else {
      const shared = this.share(packet, sender);
      home ??= shared;
    }
    if (home !== undefined) home.home++;
    else this.leaveOut(ends.hasSource || ends.hasDestination ? 'device-limit' : 'no-address');
  }

  /**
   * Writes what is left and gives the captures their names, in the order in which the devices appeared.
   * @throws NetworkmlError NML_OUTPUT; then nothing half-written remains
   */
  finish(): SplitOutcome {
    const { minPackets = 1 } = this.options;
    const captures: DeviceCapture[] = [];
    let silent = 0;
    let belowMinimum = 0;
    let minimum = 0;
    try {
      this.files.finish();
      for (const device of this.devices.list) {
        if (device.sent > 0 && device.packets >= minPackets) {
          captures.push(this.publish(device));
          continue;
        }
        if (device.sent === 0) silent++;
        else belowMinimum++;
        minimum += device.home;
      }
    } finally {
      rmSync(this.hidden, { recursive: true, force: true });
    }
    if (minimum > 0) this.unplaced.minimum = minimum;
    const { read, unplaced, curtailed } = this;
    const lost = Object.values(unplaced).reduce((sum, count) => sum + count, 0);
    return {
      captures,
      silent,
      belowMinimum,
      frames: { read, placed: read - lost, unplaced, curtailed },
    };
  }

  /** Leaves nothing behind. */
  abandon(): void {
    this.files.abandon();
    rmSync(this.hidden, { recursive: true, force: true });
  }

  private noteSender(sender: TrackedDevice, packet: Packet, used: boolean): void {
    const { ends, devices, members } = this;
    devices.noteSent(sender, packet.vlanId);
    this.put(sender, packet);
    if (used && noteAddress(sender, packet)) {
      members.owns(sender.number, packet.linkType, ends.kind, packet.source3);
    }
    if (ends.audience !== 'group') return;
    members.sent(sender.number, packet.linkType, ends);
    if (used) members.report(sender.number, ends, packet);
  }

  /** Copies of a broadcast or multicast for others than the sender. @returns one that got it */
  private share(packet: Packet, sender: TrackedDevice | undefined): TrackedDevice | undefined {
    const { groups = 'members' } = this.options;
    if (groups === 'sender') return undefined;
    const { ends, devices, limits } = this;
    let copies = 0;
    let curtailed = false;
    let one: TrackedDevice | undefined;
    const give = (device: TrackedDevice): boolean => {
      if (device === sender || device.linkType !== packet.linkType) return true;
      if (device.vlanId !== packet.vlanId) return true;
      if (copies === limits.fanOut || this.copyBytes > COPY_FACTOR * this.readBytes + COPY_START_BYTES) {
        curtailed = true;
        return false;
      }
      copies++;
      this.copyBytes += packet.capturedBytes;
      device.shared++;
      this.put(device, packet);
      one = device;
      return true;
    };
    if (groups === 'all' || ends.audience === 'everybody') {
      for (const device of devices.senders()) if (!give(device)) break;
    } else {
      for (const number of this.members.of(packet.linkType, ends)) {
        const device = devices.list[number];
        if (device !== undefined && !give(device)) break;
      }
    }
    if (curtailed) this.curtailed++;
    return one;
  }

  private put(device: TrackedDevice, packet: Packet): void {
    this.files.append(device.number, packet);
    countPacket(device, packet);
  }

  private leaveOut(reason: keyof UnplacedFrames): void {
    this.unplaced[reason] = (this.unplaced[reason] ?? 0) + 1;
  }

  private publish(device: TrackedDevice): DeviceCapture {
    const { directory, deviceName = UNKNOWN_NAME } = this.options;
    const mac = macOf(device);
    const { first, last } = spanOf(device);
    const { addresses, packets, sent, shared, bytes } = device;
    const path = publish(this.files.path(device.number), directory, (before) =>
      splitName(deviceName, { mac, addresses }, first, last, before),
    );
    const linkType = linkTypeName(device.linkType);
    return { path, mac, addresses, linkType, packets, sent, shared, bytes, first, last };
  }
}
