/** Captures of mutated plain packets, for the short way of reading them. */
import { type FilePacket, type FilePiece, fileForms, fileOf, pcapngPieces } from './capture-files.js';
import { ethernet } from './frames.js';
import { seedFrames } from './fuzz.js';
import { echo, ipv4, ipv6, tcp, udp } from './ip-packets.js';
import type { TestRandom } from './random.js';

const ends4 = { source: '10.0.0.9', destination: '10.0.0.1' };
const ends6 = { source: 'fd00::9', destination: 'fd00::1' };
/** Beside the seeds of the fuzzing, mostly tunnels and oddities: what the short way takes. */
export const plainFrames = [
  ethernet({}, ipv4({ ...ends4, protocol: 6 }, tcp(40_000, 80, 0x12, new Uint8Array(30)))),
  ethernet(
    { tags: [{ type: 0x8100, id: 7 }] },
    ipv6({ ...ends6, protocol: 17 }, udp(53, 5353, new Uint8Array(9))),
  ),
  ethernet({}, ipv4({ ...ends4, protocol: 1 }, echo(8, new Uint8Array(4)))),
  ethernet({}, ipv6({ ...ends6, protocol: 58 }, echo(128))),
  ethernet({}, ipv4({ ...ends4, protocol: 17 }, udp(4789, 9, new Uint8Array(3)))),
];
const frames = [
  ...Array.from({ length: 20 }, () => plainFrames).flat(),
  ...(seedFrames.get(1) as Uint8Array[]),
];
const ODD = [0, 1, 2, 4, 5, 6, 17, 20, 40, 41, 43, 44, 47, 58, 60, 64, 69, 70, 96, 127, 128, 132, 255];

/** A capture of up to a dozen packets, cut and changed here and there. */
export function randomFile(random: TestRandom): Uint8Array {
  const pace = random.pick([1, 1, 20]);
  const packets: FilePacket[] = Array.from({ length: random.between(1, 12) }, (_, i) => {
    const frame = random.pick(frames).slice();
    for (let k = random.below(3); k > 0; k--)
      frame[random.below(Math.min(frame.length, 80))] = random.pick(ODD);
    const kept = random.chance(0.2) ? frame.slice(0, random.below(frame.length + 1)) : frame;
    const nanoseconds = random.chance(0.1) ? 2_500_000_000 : random.below(1e6) * 1000;
    return {
      seconds: 1000 + i * random.below(4) * pace,
      nanoseconds,
      frame: kept,
      wireBytes: frame.length + random.below(2) * 40,
    };
  });
  const file = fileOf(random.chance(0.5) ? randomBlocks(random, packets) : classic(random, packets));
  if (random.chance(0.15)) file[random.below(file.length)] = random.pick(ODD);
  return random.chance(0.2) ? file.slice(0, random.below(file.length + 1)) : file;
}

function classic(random: TestRandom, packets: readonly FilePacket[]): FilePiece[] {
  const form = classicForms[random.pick(Object.keys(classicForms))];
  return form === undefined ? [] : form(packets, 1);
}

function randomBlocks(random: TestRandom, packets: readonly FilePacket[]): FilePiece[] {
  return pcapngPieces(packets, {
    bigEndian: random.chance(0.1),
    linkType: random.chance(0.1) ? 101 : 1,
    digits: random.pick([0, 3, 6, 6, 6, 7, 9, 12]),
    withOtherBlocks: random.chance(0.3),
    interfaces: random.pick([1, 1, 2, 3]),
    obsolete: random.chance(0.1),
    ...(random.chance(0.2) ? { newSectionAt: random.below(packets.length) } : {}),
  });
}

/** The classic forms by name. */
export const classicForms = Object.fromEntries(
  [...fileForms].filter(([name]) => name.startsWith('classic')),
) as Record<
  string,
  (packets: readonly FilePacket[], link: number) => ReturnType<Parameters<typeof fileOf>[0]['slice']>
>;
