import type { Packet, PlainPackets } from '../pcap/index.js';
import { Core, type CoreNumber } from './core/core.js';
import type { KeyKeeper } from './core/core-keys.js';
import * as field from './core/packet-layout.js';
import { PacketPlace, type PacketTaker } from './core/packet-place.js';
import { CorePlainPackets, type RecordWalker } from './core/plain-packets.js';
import type { DeviceExports } from './device-exports.js';

/** The core of the session table, compiled from assembly/table; see there for what each part does. */
export interface TableExports extends PacketTaker, RecordWalker, KeyKeeper, DeviceExports {
  configure(sliceNs: number, mostRows: number): void;
  addFirst(): void;
  readonly headers: CoreNumber;
  readonly rows: CoreNumber;
  readonly rowCount: CoreNumber;
  readonly refused: CoreNumber;
  readonly sessions: CoreNumber;
  readonly newestRow: CoreNumber;
  readonly newestFromB: CoreNumber;
  readonly baseSeconds: CoreNumber;
  readonly baseNanoseconds: CoreNumber;
  readonly addresses6: CoreNumber;
  readonly macs: CoreNumber;
  readonly hosts: CoreNumber;
  readonly stacks: CoreNumber;
  listOwners(): number;
  readonly owners: CoreNumber;
  likeliestOwner(): number;
  leaveOutMac(mac: number): void;
  leaveOutAddress(version: number, address: number): void;
}

/** What is looked at of an IP header: flags of IPv4, hop limit of IPv6, TTL of IPv4. */
const IP_FROM = 6;
const IP_TO = 9;
const IP_HEADER_BYTES = 20;
/** A whole TCP header with options; the flags of a DNS message. */
const TRANSPORT_BYTES = 64;
const SYN = 0x02;
const DNS_PORT = 53;

/** One core, and the way of packets into it. */
export class TableCore extends Core<TableExports> {
  private readonly place: PacketPlace;
  private readonly headers: number;
  private readonly headerBytes: Uint8Array;
  private readonly fields: Int32Array;
  private readonly at: number;

  constructor() {
    super('table.wasm', { log1p: Math.log1p }, 'sessions');
    this.place = new PacketPlace(this);
    this.headers = this.run.headers.value;
    this.headerBytes = this.bytes(this.headers, IP_HEADER_BYTES + TRANSPORT_BYTES);
    this.fields = this.ints;
    this.at = this.run.packets.value >> 2;
  }

  /** Adds one packet to its session. */
  add(packet: Packet): void {
    this.place.put(packet, packet.number);
    this.putHeaders(packet);
    this.run.addFirst();
  }

  /** @param onWalk called before each walk */
  plainPackets(onWalk: () => void): PlainPackets {
    return new CorePlainPackets(this, () => {
      onWalk();
      return 0;
    });
  }

  /** 32-bit words from a place on. */
  wordsAt(place: number, count: number): Int32Array {
    const from = place >>> 2;
    return this.ints.subarray(from, from + count);
  }

  /** The few bytes of the headers that may be looked at. */
  private putHeaders({ view, ipAt, transportAt, frameEnd, sourcePort, hasTcpFlags, tcpFlags }: Packet): void {
    const { headers, headerBytes, fields, at } = this;
    let end = headers;
    if (ipAt + IP_HEADER_BYTES <= frameEnd) {
      for (let i = IP_FROM; i < IP_TO; i++) headerBytes[i] = view.getUint8(ipAt + i);
      const length = Math.max(0, Math.min(TRANSPORT_BYTES, frameEnd - transportAt));
      end += IP_HEADER_BYTES + length;
      if (sourcePort === DNS_PORT || (hasTcpFlags && (tcpFlags & SYN) !== 0)) {
        for (let i = 0; i < length; i++) headerBytes[IP_HEADER_BYTES + i] = view.getUint8(transportAt + i);
      }
    }
    fields[at + (field.IP_AT >> 2)] = headers;
    fields[at + (field.TRANSPORT_AT >> 2)] = headers + IP_HEADER_BYTES;
    fields[at + (field.FRAME_END >> 2)] = end;
  }
}
