/**
 * Mutated messages to what reads payload (`--names` and `--hints`): those of `seedPayloads` and of packets of captures
 * that name or tell something. The readers get packets whose bytes are guarded, so that a read behind the frame and a
 * loop without end are seen.
 */
import { NetworkmlError } from '../../src/errors.js';
import { collectBehaviour } from '../../src/features/index.js';
import { CaptureReader } from '../../src/pcap/capture-reader.js';
import { openCapture, type Packet } from '../../src/pcap/index.js';
import { defaultCaptureLimits } from '../../src/pcap/limits.js';
import { type LoadedBundle, predictCapture } from '../../src/pipeline/index.js';
import { readHints } from '../../src/sessions/activity/codes/device-hints.js';
import {
  ArpLog,
  chooseDevice,
  describeDevice,
  HintLog,
  NameLog,
  SessionTable,
} from '../../src/sessions/index.js';
import { concat } from './bytes.js';
import { classicPieces, fileOf } from './capture-files.js';
import { ethernet } from './frames.js';
import { guarded } from './guarded-packet.js';
import { ipv4, tcp, udp } from './ip-packets.js';
import { seedPayloads } from './payloads.js';
import { type TestRandom, testRandom } from './random.js';

/** A frame over Ethernet, and where its payload begins. */
export interface PayloadFrame {
  readonly frame: Uint8Array;
  readonly payloadAt: number;
}

/** The seeds that are built. */
export const builtFrames: readonly PayloadFrame[] = seedPayloads.map(
  ({ ports, payload, overTcp = false }) => {
    const transport = overTcp ? tcp(...ports, 0x18, payload) : udp(...ports, payload);
    const ends = { source: '10.0.0.1', destination: '10.0.0.2', protocol: overTcp ? 6 : 17 };
    const frame = ethernet({}, ipv4(ends, transport));
    return { frame, payloadAt: frame.length - payload.length };
  },
);

/** Frames of captures over Ethernet that name or tell something which none before them does. */
export async function tellingFrames(paths: readonly string[]): Promise<PayloadFrame[]> {
  const frames: PayloadFrame[] = [];
  const names = new NameLog();
  const hints = new Set<string>();
  for (const path of paths) {
    await openCapture(path).read((packet) => {
      const before = names.count + hints.size;
      names.add(packet, 0, false);
      readHints(packet, (kind, said) => hints.add(`${kind} ${said}`));
      if (packet.linkType !== 1 || names.count + hints.size === before) return;
      const { view, frameAt, frameEnd, transportAt, transportBytes, payloadBytes } = packet;
      const bytes = new Uint8Array(view.buffer, view.byteOffset + frameAt, frameEnd - frameAt);
      frames.push({ frame: bytes.slice(), payloadAt: transportAt + transportBytes - payloadBytes - frameAt });
    });
  }
  return frames;
}

const INTERESTING = [0, 1, 2, 4, 5, 12, 16, 22, 32, 48, 55, 60, 63, 64, 127, 128, 191, 192, 253, 254, 255];
const WORDS = [0, 1, 12, 255, 256, 0x3fff, 0x7fff, 0xc000, 0xc00c, 0xc0ff, 0xffff];

/** The frame with a message that is no longer what it was, and is cut in one case of five. */
function mutated({ frame, payloadAt }: PayloadFrame, random: TestRandom): Uint8Array {
  let out: Uint8Array = frame.slice();
  for (let i = random.below(6); i > 0 && out.length > payloadAt; i--) {
    const at = payloadAt + random.below(out.length - payloadAt);
    const length = random.between(1, Math.min(24, out.length - at));
    switch (random.below(6)) {
      case 0:
        out[at] = random.pick(INTERESTING);
        break;
      case 1:
        out[at] = (out[at] as number) ^ (1 << random.below(8));
        break;
      case 2:
        if (at + 1 < out.length) new DataView(out.buffer).setUint16(at, random.pick(WORDS));
        break;
      case 3:
        // A name that points to another place of its message.
        if (at + 1 < out.length) new DataView(out.buffer).setUint16(at, 0xc000 | random.below(80));
        break;
      case 4:
        out = concat(out.slice(0, at), out.slice(at + length));
        break;
      default:
        out.copyWithin(
          at,
          payloadAt + random.below(out.length - payloadAt),
          out.length - random.below(length),
        );
    }
  }
  return random.chance(0.2) ? out.slice(0, payloadAt + random.below(out.length - payloadAt + 1)) : out;
}

export interface PayloadTotals {
  captures: number;
  packets: number;
  /** Distinct names and codes, and hints, that were read all the same. */
  names: number;
  hints: number;
  /** Captures that a bundle was asked about, too, and those of them without an answer. */
  predicted: number;
  failed: number;
  slowestMs: number;
}

const SHOWN = /^[\x20-\x7e]{1,120}$/;
const NAME = /^[\x21-\x7e]*$/;

/** What is kept of any capture can be shown, and is little. */
function check(names: NameLog, hints: readonly { readonly text: string }[], packets: number): void {
  const right =
    hints.length <= 64 &&
    names.count <= packets &&
    hints.every(({ text }) => SHOWN.test(text)) &&
    names.names.every((name) => NAME.test(name) && name === name.toLowerCase());
  if (!right) throw new Error(`impossible names or hints: ${JSON.stringify({ names: names.names, hints })}`);
}

/**
 * Reads `count` captures of mutated messages; the same for the same seed and the same seed frames.
 * @param bundle is asked about one capture of `EVERY`
 * @throws whatever is no coded error
 */
export async function fuzzPayload(
  seed: number,
  count: number,
  seeds: readonly PayloadFrame[],
  bundle: LoadedBundle,
): Promise<PayloadTotals> {
  const random = testRandom(seed);
  const totals = { captures: 0, packets: 0, names: 0, hints: 0, predicted: 0, failed: 0, slowestMs: 0 };
  for (; totals.captures < count; totals.captures++) {
    const packets = Array.from({ length: random.between(1, 6) }, (_, i) => {
      const { length } = random.pick(seeds).frame;
      const frame = mutated(random.pick(seeds), random);
      return { seconds: 1000 + i * 400, nanoseconds: 0, frame, wireBytes: Math.max(length, frame.length) };
    });
    const bytes = fileOf(classicPieces(packets));
    const start = performance.now();
    try {
      readPayload(bytes, totals);
      if (totals.captures % EVERY === 0) await predictOne(bytes, bundle, totals);
    } catch (error) {
      const where = `seed ${seed}, capture ${totals.captures}: ${Buffer.from(bytes).toString('hex')}`;
      throw new Error(where, { cause: error });
    }
    totals.slowestMs = Math.max(totals.slowestMs, performance.now() - start);
  }
  return totals;
}

/** Predictions take longer than reading. */
const EVERY = 100;

/** As `sessionize` and `observe` do it with both wishes, but with guarded packets. */
function readPayload(bytes: Uint8Array, totals: PayloadTotals): void {
  const [table, arp, names, hints] = [new SessionTable(), new ArpLog(), new NameLog(), new HintLog()];
  let seen = 0;
  const onPacket = (packet: Packet): void => {
    seen++;
    table.add(packet);
    const own = guarded(packet);
    names.add(own, table.newestRow, table.newestFromB);
    hints.add(own);
  };
  const reader = new CaptureReader(onPacket, defaultCaptureLimits, {
    onSkipped: (packet) => arp.add(packet),
  });
  reader.feed(bytes);
  reader.finish();
  totals.packets += seen;
  totals.names += names.count;
  const device = chooseDevice(table, undefined);
  if (device === undefined) return;
  const said = hints.of(describeDevice(table, device));
  totals.hints += said.length;
  check(names, said, seen);
  const { units } = collectBehaviour(table, arp, device, names);
  for (const view of [units.names, units.codes]) {
    if (view?.numbers.every(Number.isFinite) !== true) throw new Error('units with numbers that are none');
  }
}

async function predictOne(bytes: Uint8Array, bundle: LoadedBundle, totals: PayloadTotals): Promise<void> {
  totals.predicted++;
  try {
    JSON.stringify(await predictCapture(bytes, bundle, { names: true, hints: true }));
  } catch (error) {
    if (!(error instanceof NetworkmlError) || error.code === 'NML_INTERNAL') throw error;
    totals.failed++;
  }
}
