import type { CoreKeys } from './core/core-keys.js';
import * as stack from './stack-layout.js';

/** What the packets of one host say about its IP and TCP stack. */
export interface HostStack {
  /** Packets looked at: the first one of each session (part) that the host sent. */
  packets: number;
  /** How many of them had a TTL or hop limit up to 1, 4, 32, 64, 128, 255: the initial value is one of these. */
  readonly ttlClasses: number[];
  /** How many had the don't-fragment flag (IPv4). */
  dontFragment: number;
  /** SYN and SYN-ACK among them, and their greatest values. */
  syns: number;
  window: number;
  /** Bytes; 0 without the option. */
  segmentSize: number;
  /** Shift count; -1 without the option. */
  windowScale: number;
  timestamps: boolean;
  sack: boolean;
  /** Some SYN had no option but the segment size. */
  withoutOptions: boolean;
}

/** TTL and TCP options by source address, as the core of the table notes them (assembly/table/stacks.ts). */
export class HostStacks {
  /**
   * @param hosts their numbers, by address (IPv4 word, or number in the IPv6 address arena) and IP version
   * @param words their records
   */
  constructor(
    private readonly hosts: CoreKeys,
    private readonly words: () => Int32Array,
  ) {}

  /** The values of a device over all its addresses; null when none of its packets was looked at. */
  of(device: {
    readonly addresses4: ReadonlySet<number>;
    readonly addresses6: ReadonlySet<number>;
  }): HostStack | null {
    const places = [
      ...[...device.addresses4].map((address) => this.hosts.find(address, 4, 0, 0)),
      ...[...device.addresses6].map((address) => this.hosts.find(address, 6, 0, 0)),
    ].filter((place) => place >= 0);
    if (places.length === 0) return null;
    const words = this.words();
    const word = (offset: number): number[] =>
      places.map((place) => words[place * stack.STACK_WORDS + offset] as number);
    const sum = (offset: number): number => word(offset).reduce((a, b) => a + b, 0);
    const flags = word(stack.STACK_FLAGS).reduce((a, b) => a | b, 0);
    return {
      packets: sum(stack.PACKETS),
      ttlClasses: [0, 1, 2, 3, 4, 5].map((offset) => sum(stack.TTL + offset)),
      dontFragment: sum(stack.DONT_FRAGMENT),
      syns: sum(stack.SYNS),
      window: Math.max(...word(stack.WINDOW)),
      segmentSize: Math.max(...word(stack.SEGMENT_SIZE)),
      windowScale: Math.max(...word(stack.SCALE)) - 1,
      timestamps: (flags & stack.HAS_TIMESTAMPS) !== 0,
      sack: (flags & stack.HAS_SACK) !== 0,
      withoutOptions: (flags & stack.HAS_NO_OPTIONS) !== 0,
    };
  }
}
