import { IntKeyTable, type Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../../pcap/index.js';
import { formatIpv4, formatIpv6 } from '../address.js';
import { rewrittenGrowth } from './ber-length.js';
import { createOuterTransport, readOuterTransport } from './outer-transport.js';
import { flowOrder, PacketColumns } from './packet-columns.js';

export interface DirectedFlowOptions {
  /**
   * `netml`: flows as netml 0.7.1 sees them: outermost IPv4 header, ports of the innermost one, everything over IPv6
   * in one flow without a key, later fragments left out, captured sizes. The capture must be read without tunnels.
   */
  readonly compat?: 'netml';
  /** Most packets that are kept; those beyond are refused and counted. */
  readonly maxPackets?: number;
}

/** One direction of a session: who sent to whom. */
export interface DirectedFlowKey {
  /** Empty text, ports and protocol -1 for the one flow of all IPv6 packets of netml. */
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
}

/** The packets of a capture by directed flow. Packets of flow f are rows `starts[f] .. starts[f + 1]` of the columns. */
export interface DirectedFlows {
  readonly count: number;
  readonly starts: Uint32Array;
  /** Time of the first packet of the capture: the origin of `ns`. */
  readonly base: { readonly seconds: number; readonly nanoseconds: number };
  /** Nanoseconds since the first packet of the capture; ascending within a flow. */
  readonly ns: Float64Array;
  /** Length on the wire; with `compat: 'netml'` the captured length, as scapy counts it. */
  readonly sizeBytes: Uint32Array;
  /** TCP flag byte, 0 for other protocols. */
  readonly tcpFlags: Uint8Array;
  /** TTL or hop limit. */
  readonly hopLimit: Uint8Array;
  key(flow: number): DirectedFlowKey;
}

const DEFAULT_MAX_PACKETS = 100_000_000;

const KEYLESS: DirectedFlowKey = {
  source: '',
  destination: '',
  sourcePort: -1,
  destinationPort: -1,
  protocol: -1,
};
const KEYLESS_SCOPE = -1;

/**
 * Keeps time, size, TCP flags and hop limit of every TCP and UDP packet, by directed flow: (source, destination,
 * ports, protocol), and VLAN and tunnel where they are decoded. Flows are numbered in order of appearance.
 */
export class DirectedFlowTable {
  /** Packets refused because `maxPackets` was reached. */
  refused = 0;
  private readonly columns = new PacketColumns();
  private readonly addresses6 = new IntKeyTable();
  private readonly scopes = new IntKeyTable();
  private readonly keys = new IntKeyTable();
  private readonly outer = createOuterTransport();
  private readonly netml: boolean;
  private readonly maxPackets: number;
  private started = false;
  private base = { seconds: 0, nanoseconds: 0 };

  constructor(options: DirectedFlowOptions = {}) {
    this.netml = options.compat === 'netml';
    this.maxPackets = options.maxPackets ?? DEFAULT_MAX_PACKETS;
  }

  /** Adds one packet to its flow; packets without TCP or UDP are passed over. The record is not kept. */
  add(packet: Packet): void {
    if (!this.started) {
      this.started = true;
      this.base = { seconds: packet.seconds, nanoseconds: packet.nanoseconds };
    }
    const flow = this.netml ? this.outerFlowOf(packet) : this.flowOf(packet);
    if (flow < 0) return;
    const { columns } = this;
    if (columns.count >= this.maxPackets) {
      this.refused++;
      return;
    }
    const row = columns.next();
    columns.flow[row] = flow;
    columns.ns[row] =
      (packet.seconds - this.base.seconds) * 1e9 + (packet.nanoseconds - this.base.nanoseconds);
    columns.sizeBytes[row] = this.netml
      ? packet.capturedBytes + rewrittenGrowth(packet.view, ipEnd(packet), this.outer)
      : packet.wireBytes;
    columns.tcpFlags[row] =
      packet.hasTcpFlags && (!this.netml || followsLinkHeader(packet)) ? packet.tcpFlags : 0;
    columns.hopLimit[row] = packet.view.getUint8(packet.ipAt + (packet.ipVersion === 4 ? 8 : 7));
  }

  /** The flows with their packets in order of time. The table is not to be used any more. */
  finish(): DirectedFlows {
    const { columns, keys, base } = this;
    const { starts, order } = flowOrder(columns, keys.size);
    return {
      count: keys.size,
      starts,
      base,
      ns: gather(columns.ns, order, new Float64Array(order.length)),
      sizeBytes: gather(columns.sizeBytes, order, new Uint32Array(order.length)),
      tcpFlags: gather(columns.tcpFlags, order, new Uint8Array(order.length)),
      hopLimit: gather(columns.hopLimit, order, new Uint8Array(order.length)),
      key: (flow) => this.keyOf(flow),
    };
  }

  private flowOf(packet: Packet): number {
    const { protocol } = packet;
    if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return -1;
    const scope = this.scopes.intern(
      protocol | (packet.ipVersion << 16),
      packet.vlanId | (packet.tunnelId << 16),
      0,
      0,
    );
    const ports = (packet.sourcePort << 16) | packet.destinationPort;
    if (packet.ipVersion === 4) return this.keys.intern(packet.source0, packet.destination0, ports, scope);
    const { addresses6 } = this;
    const source = addresses6.intern(packet.source0, packet.source1, packet.source2, packet.source3);
    const destination = addresses6.intern(
      packet.destination0,
      packet.destination1,
      packet.destination2,
      packet.destination3,
    );
    return this.keys.intern(source, destination, ports, scope);
  }

  /** netml: packets whose TCP or UDP header is not whole have no such layer. */
  private outerFlowOf(packet: Packet): number {
    const { outer } = this;
    readOuterTransport(packet, outer);
    if (!outer.whole) return -1;
    if (outer.ipv4At < 0) return this.keys.intern(0, 0, 0, KEYLESS_SCOPE);
    const source = packet.view.getInt32(outer.ipv4At + 12);
    const destination = packet.view.getInt32(outer.ipv4At + 16);
    const scope = this.scopes.intern(outer.protocol | (4 << 16), 0, 0, 0);
    return this.keys.intern(source, destination, (outer.sourcePort << 16) | outer.destinationPort, scope);
  }

  private keyOf(flow: number): DirectedFlowKey {
    const { keys, scopes, addresses6 } = this;
    const scope = keys.word(flow, 3);
    if (scope === KEYLESS_SCOPE) return KEYLESS;
    const kind = scopes.word(scope, 0);
    const address = (id: number): string =>
      kind >>> 16 === 4
        ? formatIpv4(id)
        : formatIpv6(
            addresses6.word(id, 0),
            addresses6.word(id, 1),
            addresses6.word(id, 2),
            addresses6.word(id, 3),
          );
    const ports = keys.word(flow, 2);
    return {
      source: address(keys.word(flow, 0)),
      destination: address(keys.word(flow, 1)),
      sourcePort: ports >>> 16,
      destinationPort: ports & 0xffff,
      protocol: kind & 0xffff,
    };
  }
}

/** First byte behind the captured part of the IP packet: padding is not part of a message. */
function ipEnd(packet: Packet): number {
  return Math.min(packet.frameEnd, packet.ipAt + packet.ipBytes);
}

/** Length of the link header in front of an untagged IP packet, by link type. */
const LINK_HEADER_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 4],
  [1, 14],
  [108, 4],
  [113, 16],
  [276, 20],
]);

/** netml reads TCP flags only where IP is the second layer: not behind VLAN tags or LLC. */
function followsLinkHeader(packet: Packet): boolean {
  return packet.ipAt - packet.frameAt === LINK_HEADER_BYTES.get(packet.linkType);
}

function gather<T extends Float64Array | Uint32Array | Uint8Array>(from: T, order: Uint32Array, to: T): T {
  for (let at = 0; at < order.length; at++) to[at] = from[order[at] as number] as number;
  return to;
}
