import { type Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../../pcap/index.js';
import type { Core, CoreExports, CoreNumber } from './core.js';
import * as field from './packet-layout.js';

/** A core that takes packets. */
export interface PacketTaker extends CoreExports {
  /** Where the packet lies that the host puts in. */
  readonly packets: CoreNumber;
}

/** The part of the key that is neither address nor port, in one word. */
export function scopeOf({ protocol, ipVersion, tunnelId, vlanId }: Packet): number {
  return protocol | (ipVersion << 8) | (tunnelId << 12) | (vlanId << 16);
}

/** ICMP or ICMPv6. */
export function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6;
}

/** ICMP type (upper byte) and code; 0 when they were not captured, and for other protocols. */
function icmpOf(packet: Packet): number {
  if (!isIcmp(packet.protocol) || packet.transportAt + 2 > packet.frameEnd) return 0;
  return packet.view.getUint16(packet.transportAt);
}

/** Puts packets that were decoded here where a core takes them. */
export class PacketPlace {
  private readonly words: number;
  private readonly reals: number;
  private readonly ints: Int32Array;
  private readonly floats: Float64Array;

  constructor(core: Core<PacketTaker>) {
    const at = core.run.packets.value;
    this.words = at >> 2;
    this.reals = at >> 3;
    // The place is there from the start, so these views hold for good.
    this.ints = core.ints;
    this.floats = core.floats;
  }

  /** All of the packet but what a core makes of it, and where its bytes lie. */
  put(packet: Packet, frame: number): void {
    const { ints, words, floats, reals } = this;
    ints[words + (field.SOURCE >> 2)] = packet.source0;
    ints[words + (field.SOURCE >> 2) + 1] = packet.source1;
    ints[words + (field.SOURCE >> 2) + 2] = packet.source2;
    ints[words + (field.SOURCE >> 2) + 3] = packet.source3;
    ints[words + (field.DESTINATION >> 2)] = packet.destination0;
    ints[words + (field.DESTINATION >> 2) + 1] = packet.destination1;
    ints[words + (field.DESTINATION >> 2) + 2] = packet.destination2;
    ints[words + (field.DESTINATION >> 2) + 3] = packet.destination3;
    ints[words + (field.SOURCE_PORT >> 2)] = packet.sourcePort;
    ints[words + (field.DESTINATION_PORT >> 2)] = packet.destinationPort;
    ints[words + (field.PACKET_SCOPE >> 2)] = scopeOf(packet);
    ints[words + (field.FLAGS >> 2)] = packet.hasTcpFlags ? packet.tcpFlags : -1;
    ints[words + (field.WITH_MAC >> 2)] = packet.hasMac ? 1 : 0;
    ints[words + (field.SOURCE_MAC_HIGH >> 2)] = packet.sourceMacHigh;
    ints[words + (field.SOURCE_MAC_LOW >> 2)] = packet.sourceMacLow;
    ints[words + (field.DESTINATION_MAC_HIGH >> 2)] = packet.destinationMacHigh;
    ints[words + (field.DESTINATION_MAC_LOW >> 2)] = packet.destinationMacLow;
    ints[words + (field.ICMP_WORD >> 2)] = icmpOf(packet);
    ints[words + (field.NANOSECONDS >> 2)] = packet.nanoseconds;
    ints[words + (field.WIRE_LENGTH >> 2)] = packet.wireBytes;
    ints[words + (field.IP_LENGTH >> 2)] = packet.ipBytes;
    ints[words + (field.TRANSPORT_LENGTH >> 2)] = packet.transportBytes;
    ints[words + (field.PAYLOAD_LENGTH >> 2)] = packet.payloadBytes;
    floats[reals + (field.SECONDS >> 3)] = packet.seconds;
    floats[reals + (field.FRAME >> 3)] = frame;
  }
}
