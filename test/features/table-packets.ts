/** Session tables from packets that are only described, and how the host 10.0.0.1 behaves in them. */
import { type CollectedBehaviour, collectBehaviour } from '../../src/features/index.js';
import { createPacket, type Packet } from '../../src/pcap/index.js';
import { ArpLog, type Device, SessionTable } from '../../src/sessions/index.js';

export const ownAddress = 0x0a000001;
const peerAddress = 0x0a000002;

/** One packet between the device and a peer. */
export interface TablePacket {
  readonly seconds?: number;
  /** From the device; otherwise to it. */
  readonly out: boolean;
  readonly ownPort?: number;
  readonly port?: number;
  readonly peer?: number;
  readonly protocol?: number;
  readonly flags?: number;
  readonly payload?: number;
  /** In a frame to a group; otherwise in none with MAC addresses. */
  readonly toGroup?: boolean;
}

/**
 * A table of such packets.
 * @param counted called after each of them
 */
export function tableOf(
  packets: readonly TablePacket[],
  counted: (packet: Packet, table: SessionTable) => void = () => {},
): SessionTable {
  const table = new SessionTable();
  for (const wanted of packets) {
    const packet = packetOf(wanted);
    table.add(packet);
    counted(packet, table);
  }
  return table;
}

function packetOf(wanted: TablePacket): Packet {
  const { seconds = 0, out, ownPort = 50_123, port = 443, peer = peerAddress } = wanted;
  const { protocol = 6, flags = 0x10, payload = 0, toGroup = false } = wanted;
  return {
    ...createPacket(),
    seconds: 1000 + Math.floor(seconds),
    nanoseconds: Math.round((seconds % 1) * 1e9),
    protocol,
    source0: out ? ownAddress : peer,
    destination0: out ? peer : ownAddress,
    sourcePort: out ? ownPort : port,
    destinationPort: out ? port : ownPort,
    hasTcpFlags: protocol === 6,
    tcpFlags: protocol === 6 ? flags : 0,
    wireBytes: payload + 54,
    ipBytes: payload + 40,
    payloadBytes: payload,
    hasMac: toGroup,
    destinationMacHigh: toGroup ? 0x0100 : 0,
  };
}

/** The host with these IPv4 addresses. */
export function hostOf(...addresses: number[]): Device {
  return { mac: -1, addresses4: new Set(addresses), addresses6: new Set(), chosenBy: 'traffic' };
}

/** How the device behaves in these packets. */
export function behaviourIn(
  packets: readonly TablePacket[],
  device = hostOf(ownAddress),
): CollectedBehaviour {
  return collectBehaviour(tableOf(packets), new ArpLog(), device);
}
