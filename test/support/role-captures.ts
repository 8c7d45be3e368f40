/** Made-up captures of devices with plain habits, named by the convention: enough to train a small bundle on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TrainSummary, trainBundle } from '../../src/pipeline/index.js';
import { classicPieces, fileOf } from './capture-files.js';
import { testRandom } from './random.js';
import { filePacketOf, type TestEnd, type TestPacket } from './traffic.js';

/** Services that a role offers, and those that it uses. */
const habits: Readonly<Record<string, { serves: readonly number[]; uses: readonly number[] }>> = {
  Printer: { serves: [631, 515, 161], uses: [53] },
  MailServer: { serves: [25, 143, 993], uses: [53, 25] },
  Plc: { serves: [102, 502], uses: [123] },
  Workstation: { serves: [], uses: [53, 80, 443, 443, 443] },
};

export const testRoles = Object.keys(habits).sort();

function end(address: string, number: number, kind: TestEnd['kind'] = 'private'): TestEnd {
  return { address, kind, mac: `02:20:00:00:00:${number.toString(16).padStart(2, '0')}` };
}

/** A quarter of an hour of one device of a role. */
export function roleTraffic(role: string, device: number, run: number): TestPacket[] {
  const random = testRandom(device * 1000 + run * 10 + role.length);
  const { serves, uses } = habits[role]!;
  const own = end(`10.0.${device}.9`, 9);
  const near = (): TestEnd => {
    const number = random.between(20, 40);
    return end(`10.0.${device}.${number}`, number);
  };
  const far = (): TestEnd => end(`93.184.${random.below(4)}.${random.between(1, 200)}`, 1, 'external');
  const sessions = random.between(12, 24);
  const packets: TestPacket[] = [];
  for (let i = 0; i < sessions; i++) {
    const serving = serves.length > 0 && random.chance(0.7);
    const service = random.pick(serving ? serves : uses);
    const protocol = [53, 123, 161].includes(service) ? 17 : 6;
    const peer = !serving && service !== 53 ? far() : near();
    const [client, server] = serving ? [peer, own] : [own, peer];
    const at = Math.floor((i * 900) / sessions);
    const clientPort = random.between(49152, 65000);
    for (let packet = 0; packet < random.between(3, 12); packet++) {
      const there = packet % 2 === 0;
      packets.push({
        seconds: 1_700_000_000 + run * 100_000 + at + packet,
        nanoseconds: random.below(1000) * 1_000_000,
        source: there ? client : server,
        destination: there ? server : client,
        sourcePort: there ? clientPort : service,
        destinationPort: there ? service : clientPort,
        protocol,
        version: 4,
        vlans: [],
        tcpFlags: protocol === 17 ? 0 : packet === 0 ? 0x02 : packet === 1 ? 0x12 : 0x18,
        payloadBytes: random.below(200),
      });
    }
  }
  return packets;
}

export function bytesOf(packets: readonly TestPacket[]): Uint8Array {
  return fileOf(classicPieces(packets.map((packet) => filePacketOf(packet, 1))));
}

/** Writes `devices` x `runs` captures of every role and returns their names. */
export function writeRoleCaptures(
  directory: string,
  roles: readonly string[] = testRoles,
  devices = 3,
  runs = 2,
): string[] {
  mkdirSync(directory, { recursive: true });
  const names: string[] = [];
  for (const role of roles) {
    for (let device = 0; device < devices; device++) {
      for (let run = 0; run < runs; run++) {
        const name = `${role}-unit${device}-Mon12${String(run).padStart(2, '0')}-n${device}${run}.pcap`;
        writeFileSync(join(directory, name), bytesOf(roleTraffic(role, device, run)));
        names.push(name);
      }
    }
  }
  return names;
}

/** A small bundle in `folder/bundle`, trained on captures in `folder/captures`. */
export async function trainTestBundle(folder: string, seed = 1): Promise<TrainSummary> {
  const captures = join(folder, 'captures');
  writeRoleCaptures(captures);
  return trainBundle([captures], { output: join(folder, 'bundle'), seed });
}
