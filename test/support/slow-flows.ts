/** The slow twin of directed flows and their pieces: string keys and lists, from descriptions of packets. */
import type { TestPacket, TestTraffic } from './traffic.js';

export interface SlowPacket {
  /** Nanoseconds since the first packet of the capture. */
  readonly ns: number;
  readonly size: number;
  readonly flags: number;
  readonly ttl: number;
}

export interface SlowFlow {
  readonly key: string;
  readonly packets: SlowPacket[];
}

const TCP = 6;
const UDP = 17;

/** All flows in order of appearance, their packets in order of time. */
export function slowFlows({ packets, files }: TestTraffic): SlowFlow[] {
  const flows = new Map<string, { key: string; packets: SlowPacket[] }>();
  const [first] = packets;
  for (const [index, packet] of packets.entries()) {
    if (packet.protocol !== TCP && packet.protocol !== UDP) continue;
    const text = keyText(packet);
    const key = `${text} vlan ${packet.vlans.at(-1) ?? 0}`;
    const flow = flows.get(key) ?? { key: text, packets: [] };
    flows.set(key, flow);
    flow.packets.push({
      ns: (packet.seconds - first!.seconds) * 1e9 + packet.nanoseconds - first!.nanoseconds,
      size: files[index]!.wireBytes!,
      flags: packet.protocol === TCP ? packet.tcpFlags : 0,
      ttl: 64,
    });
  }
  for (const flow of flows.values()) flow.packets.sort((a, b) => a.ns - b.ns);
  return [...flows.values()];
}

function keyText({ source, destination, sourcePort, destinationPort, protocol }: TestPacket): string {
  return `${source.address} ${destination.address} ${sourcePort} ${destinationPort} ${protocol}`;
}

/** Flows cut at silences of more than 600 s, then into windows; pieces of fewer than `least` packets left out. */
export function slowPieces(flows: readonly SlowFlow[], intervalNs: number, least: number): SlowFlow[] {
  const enough = flows.filter(({ packets }) => packets.length >= least);
  return enough
    .flatMap(cutAtSilence)
    .filter(({ packets }) => packets.length >= least)
    .flatMap((piece) => cutAtWindows(piece, intervalNs))
    .filter(({ packets }) => packets.length >= least);
}

export function cutAtSilence({ key, packets }: SlowFlow): SlowFlow[] {
  const pieces: SlowFlow[] = [];
  for (const [index, packet] of packets.entries()) {
    const before = packets[index - 1];
    if (before === undefined || packet.ns - before.ns > 600e9) pieces.push({ key, packets: [] });
    pieces.at(-1)!.packets.push(packet);
  }
  return pieces;
}

/** Window 0 is [0, length], window k is (k length, (k + 1) length]. */
function cutAtWindows({ key, packets }: SlowFlow, length: number): SlowFlow[] {
  const windows = new Map<number, SlowFlow>();
  const start = packets[0]!.ns;
  for (const packet of packets) {
    let window = 0;
    if (length > 0) while (packet.ns - start > (window + 1) * length) window++;
    if (!windows.has(window)) windows.set(window, { key, packets: [] });
    windows.get(window)!.packets.push(packet);
  }
  return [...windows.values()];
}
