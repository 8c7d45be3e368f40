/** ARP (RFC 826) as far as behaviour asks for it: who asked, who answered, who claimed which address. */
import { IntKeyTable, type Packet } from '../../pcap/index.js';

const ETHERTYPE_ARP = 0x0806;
/** Ethernet and IPv4: hardware type 1, protocol type 0x0800, lengths 6 and 4. */
const ETHERNET_IPV4 = 0x00010800;
const LENGTHS = 0x0604;
/** Length of the message behind the Ethernet header. */
const MESSAGE_BYTES = 28;
/** Kept a clock minute, and in all, at most. */
const MOST_IN_A_MINUTE = 4096;
const MOST_MESSAGES = 1 << 18;

/** One message. Addresses are IPv4 words; MACs are numbers in the log's MAC table, `BROADCAST_MAC` for groups. */
export interface ArpMessage {
  seconds: number;
  nanoseconds: number;
  /** 1 request, 2 reply. */
  operation: number;
  senderMac: number;
  senderAddress: number;
  targetAddress: number;
  /** MACs of the frame that carried it. */
  frameSource: number;
  frameTarget: number;
}

/** Stands for every group address as a frame's destination. */
export const BROADCAST_MAC = -1;

const FIELDS = 8;

/** Keeps the ARP messages of a capture, within limits. */
export class ArpLog {
  count = 0;
  /** Messages beyond the limits. */
  dropped = 0;
  readonly macs = new IntKeyTable();
  private fields = new Int32Array(FIELDS * 64);
  private minute = -1;
  private inMinute = 0;

  /** Looks at a frame that carries no IP; anything but ARP over Ethernet is passed over. */
  add(packet: Packet): void {
    const { view, frameEnd } = packet;
    const at = arpPlace(packet);
    if (at < 0 || at + MESSAGE_BYTES > frameEnd) return;
    if (view.getUint32(at) !== ETHERNET_IPV4 || view.getUint16(at + 4) !== LENGTHS) return;
    const minute = Math.floor(packet.seconds / 60);
    if (minute !== this.minute) {
      this.minute = minute;
      this.inMinute = 0;
    }
    if (this.inMinute >= MOST_IN_A_MINUTE || this.count >= MOST_MESSAGES) {
      this.dropped++;
      return;
    }
    this.inMinute++;
    if (this.count * FIELDS === this.fields.length) {
      const grown = new Int32Array(this.fields.length * 2);
      grown.set(this.fields);
      this.fields = grown;
    }
    const { fields, macs } = this;
    const to = this.count++ * FIELDS;
    fields[to] = packet.seconds;
    fields[to + 1] = packet.nanoseconds;
    fields[to + 2] = view.getUint16(at + 6);
    fields[to + 3] = macs.intern(view.getUint16(at + 8), view.getInt32(at + 10), 0, 0);
    fields[to + 4] = view.getInt32(at + 14);
    fields[to + 5] = view.getInt32(at + 24);
    fields[to + 6] = macs.intern(packet.sourceMacHigh, packet.sourceMacLow, 0, 0);
    fields[to + 7] =
      (packet.destinationMacHigh & 0x0100) !== 0
        ? BROADCAST_MAC
        : macs.intern(packet.destinationMacHigh, packet.destinationMacLow, 0, 0);
  }

  /** Message `index`, into a record that is filled again each time. */
  read(index: number, out: ArpMessage): ArpMessage {
    const { fields } = this;
    const at = index * FIELDS;
    out.seconds = (fields[at] as number) >>> 0;
    out.nanoseconds = fields[at + 1] as number;
    out.operation = fields[at + 2] as number;
    out.senderMac = fields[at + 3] as number;
    out.senderAddress = fields[at + 4] as number;
    out.targetAddress = fields[at + 5] as number;
    out.frameSource = fields[at + 6] as number;
    out.frameTarget = fields[at + 7] as number;
    return out;
  }
}

/** A record for `ArpLog.read`. */
export function createArpMessage(): ArpMessage {
  return {
    seconds: 0,
    nanoseconds: 0,
    operation: 0,
    senderMac: 0,
    senderAddress: 0,
    targetAddress: 0,
    frameSource: 0,
    frameTarget: 0,
  };
}

/** Where the ARP message begins in an Ethernet frame, VLAN tags passed over; -1 for other frames. */
function arpPlace({ view, frameAt, frameEnd, hasMac, linkType }: Packet): number {
  if (!hasMac || linkType !== 1) return -1;
  for (let at = frameAt + 12; at + 2 <= frameEnd; at += 4) {
    const type = view.getUint16(at);
    if (type === ETHERTYPE_ARP) return at + 2;
    if (type !== 0x8100 && type !== 0x88a8 && type !== 0x9100) return -1;
  }
  return -1;
}
