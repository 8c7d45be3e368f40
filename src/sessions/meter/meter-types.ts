import type { Packet } from '../../pcap/index.js';

/** Which length of a packet is its size: frame on the wire, IP packet, transport header and data, data alone. */
export type Accounting = 'link' | 'ip' | 'transport' | 'payload';

/** Accountings in the order of their numbers in the flow core. */
export const ACCOUNTINGS = ['link', 'ip', 'transport', 'payload'] as const satisfies readonly Accounting[];

/**
 * Why a session ended: nothing seen for the idle time-out; open for the active time-out; end of the input; both
 * sides' FIN; an RST; a plugin's wish; room needed for another session.
 */
export type EndReason = (typeof END_REASONS)[number];

/** In the order of their numbers in the flow core. */
export const END_REASONS = ['idle', 'active', 'end', 'fin', 'rst', 'plugin', 'limit'] as const;

/** What says who opened a session, in the order of their numbers in the flow core. */
export const INITIATORS = ['syn', 'syn-ack', 'first-packet'] as const;

export interface SessionMeterOptions {
  /** A session ends when nothing was seen for so long, seconds; 120 by default. */
  readonly idleTimeout?: number;
  /** A session is cut when it has been open for so long, seconds; 1800 by default. */
  readonly activeTimeout?: number;
  readonly accounting?: Accounting;
  /** Sizes, intervals and TCP flags of each direction. */
  readonly statistics?: boolean;
  /** Direction, size and interval of so many first packets. */
  readonly splt?: number;
  /** Numbers of a session's frames in its capture. */
  readonly frames?: boolean;
  /** End sessions at the acknowledgement of the second FIN, or at an RST. */
  readonly endOnFin?: boolean;
  readonly endOnRst?: boolean;
  /** Most live sessions; the one not seen for longest makes room. */
  readonly maxSessions?: number;
  /**
   * NFStream's rules: the first packet's sender is the source, an active cut decides anew, times never run backwards.
   */
  readonly compatible?: boolean;
  readonly plugins?: readonly SessionPlugin[];
}

/** Most live sessions unless told otherwise. */
export const DEFAULT_MAX_SESSIONS = 6_000_000;

/**
 * A session, or a part of one, that is over: one mutable record, filled again for the next. Arrays of three hold
 * both directions, source to destination, destination to source.
 */
export interface MeteredSession {
  /** Number of the session in the order of opening, shared by its parts; parts count from 1. */
  session: number;
  part: number;
  endReason: EndReason;
  /** What says who opened it. */
  initiatedBy: (typeof INITIATORS)[number];
  protocol: number;
  ipVersion: 4 | 6;
  vlanId: number;
  tunnelId: number;
  /** Address words as in `Packet`. */
  readonly source: Int32Array;
  readonly destination: Int32Array;
  sourcePort: number;
  destinationPort: number;
  /** False on links without MAC addresses. */
  hasMac: boolean;
  sourceMacHigh: number;
  sourceMacLow: number;
  destinationMacHigh: number;
  destinationMacLow: number;
  /** ICMP type and code of the first packet; 0 for other protocols. */
  icmpType: number;
  icmpCode: number;
  /** Whether the first packet went from destination to source. */
  firstFromDestination: boolean;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  /** Milliseconds since 1970-01-01 UTC, 0 for a direction without packets; and nanoseconds within them. */
  readonly firstMs: Float64Array;
  readonly firstNs: Int32Array;
  readonly lastMs: Float64Array;
  readonly lastNs: Int32Array;
  /** Minimum, mean, sample deviation, maximum for each of the three; zeros without `statistics`. Bytes. */
  readonly sizes: Float64Array;
  /** The same of the intervals between packets, milliseconds. */
  readonly intervals: Float64Array;
  /** Packets with SYN, CWR, ECE, URG, ACK, PSH, RST, FIN for each of the three. */
  readonly flags: Float64Array;
  /** Of the first packets: 0 from the source, 1 from the destination, -1 behind the last; and so on. */
  readonly spltDirection: Float64Array;
  readonly spltSizes: Float64Array;
  readonly spltIntervals: Float64Array;
  /** Frame numbers, ascending. */
  frames: number[];
  /** For each plugin what its `onExpire` gave. */
  pluginValues: (readonly PluginValue[])[];
}

/** Called with every session that is over. The record is filled again afterwards. */
export type SessionHandler = (session: MeteredSession) => void;

export interface PluginColumn {
  readonly name: string;
  readonly kind: 'int' | 'double' | 'text' | 'ints' | 'doubles';
}

export type PluginValue = number | string | readonly number[] | null;

/** A live session as a plugin sees it: read from the table when it is asked. */
export interface LiveSession {
  /** Packets and bytes so far, the packet at hand included. */
  readonly packets: number;
  readonly bytes: number;
  /** Milliseconds from the first packet to the one at hand. */
  readonly durationMs: number;
  /** True when the packet at hand came from the session's source as it is known now. */
  readonly fromSource: boolean;
  /** Ends the session after the packet at hand (`end_reason` plugin). */
  end(): void;
}

/**
 * Adds columns to sessions, or ends them. The state that `onInit` returns is kept with the session and given back;
 * packet, session and record are filled again for every call, so copy what you keep.
 */
export interface SessionPlugin<State = unknown> {
  readonly name: string;
  readonly columns?: readonly PluginColumn[];
  /** The first packet of a session. */
  onInit?(packet: Packet, session: LiveSession): State;
  /** Every later packet. */
  onUpdate?(packet: Packet, session: LiveSession, state: State): void;
  /** The session is over: values for `columns`, in their order. */
  onExpire?(session: MeteredSession, state: State): readonly PluginValue[];
}
