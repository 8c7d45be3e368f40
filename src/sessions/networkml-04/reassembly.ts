import type { Packet } from '../../pcap/index.js';

/** Datagrams in pieces that are watched at a time. */
const MOST = 4096;

interface Datagram {
  /** Received stretches of the payload, not joined: datagrams have few. */
  readonly parts: { readonly from: number; readonly to: number }[];
  /** Payload length, known from the last fragment. */
  total: number;
  sourcePort: number;
  destinationPort: number;
}

/**
 * Follows IPv4 fragments as tshark does with reassembly on: the ports of a datagram appear with the fragment that
 * completes it, and with no other (NetworkML 0.4.5 read tshark's output).
 */
export class FragmentWatch {
  private readonly datagrams = new Map<string, Datagram>();

  /**
   * Ports of the packet as tshark shows them, in one number: source in the upper half.
   * @param ports those of its own header, where it is a first fragment
   */
  portsOf(packet: Packet, ports: number): number {
    if (packet.ipVersion !== 4) return ports;
    const { view, ipAt } = packet;
    const field = view.getUint16(ipAt + 6);
    const from = (field & 0x1fff) << 3;
    const more = (field & 0x2000) !== 0;
    if (from === 0 && !more) return ports;
    const length = packet.ipBytes - ((view.getUint8(ipAt) & 0x0f) << 2);
    // What was cut by the snap length is not put together: the first fragment keeps its ports then.
    if (ipAt + packet.ipBytes > packet.frameEnd) return from === 0 ? ports : 0;
    const key = `${packet.source0} ${packet.destination0} ${packet.protocol} ${view.getUint16(ipAt + 4)}`;
    const datagram = this.datagrams.get(key) ?? this.watch(key);
    datagram.parts.push({ from, to: from + length });
    if (!more) datagram.total = from + length;
    if (from === 0) {
      datagram.sourcePort = ports >>> 16;
      datagram.destinationPort = ports & 0xffff;
    }
    if (!isWhole(datagram)) return 0;
    this.datagrams.delete(key);
    return (datagram.sourcePort << 16) | datagram.destinationPort;
  }

  private watch(key: string): Datagram {
    const oldest = this.datagrams.keys().next();
    if (this.datagrams.size >= MOST && oldest.done !== true) this.datagrams.delete(oldest.value);
    const datagram: Datagram = { parts: [], total: -1, sourcePort: 0, destinationPort: 0 };
    this.datagrams.set(key, datagram);
    return datagram;
  }
}

function isWhole({ parts, total }: Datagram): boolean {
  if (total < 0) return false;
  let reached = 0;
  for (const { from, to } of parts.toSorted((a, b) => a.from - b.from)) {
    if (from > reached) return false;
    reached = Math.max(reached, to);
  }
  return reached >= total;
}
