/** A stored classic Ethernet capture with other addresses: the bijection of `shuffled-addresses.ts`, on bytes. */
import { classifyIpv4, classifyIpv6 } from '../../src/sessions/index.js';
import { type TestRandom, testRandom } from './random.js';

/** @param bytes little-endian classic pcap of Ethernet frames; @returns a copy with addresses replaced */
export function shuffledCapture(bytes: Uint8Array, seed: number): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  if (view.getUint32(0, true) !== 0xa1b2c3d4 || view.getUint32(20, true) !== 1)
    throw new Error('another form of file');
  const replace = createReplacement(testRandom(seed));
  for (let at = 24; at + 16 <= out.length; ) {
    const captured = view.getUint32(at + 8, true);
    shuffleFrame(out.subarray(at + 16, at + 16 + captured), replace);
    at += 16 + captured;
  }
  return out;
}

type Replace = (kind: 'mac' | 'v4' | 'v6', old: Uint8Array) => Uint8Array;

function shuffleFrame(frame: Uint8Array, replace: Replace): void {
  if (frame.length < 14) return;
  frame.set(replace('mac', frame.slice(0, 6)), 0);
  frame.set(replace('mac', frame.slice(6, 12)), 6);
  let at = 12;
  const word = (): number => (frame[at] ?? 0) * 256 + (frame[at + 1] ?? 0);
  while ([0x8100, 0x88a8, 0x9100].includes(word())) at += 4;
  const type = word();
  at += 2;
  if (type === 0x0800 && frame.length >= at + 20) {
    for (const from of [at + 12, at + 16]) frame.set(replace('v4', frame.slice(from, from + 4)), from);
  } else if (type === 0x86dd && frame.length >= at + 40) {
    for (const from of [at + 8, at + 24]) frame.set(replace('v6', frame.slice(from, from + 16)), from);
  }
}

function createReplacement(random: TestRandom): Replace {
  const known = new Map<string, Uint8Array>();
  const taken = new Set<string>();
  return (kind, old) => {
    const key = `${kind} ${old.join('.')}`;
    let fresh = known.get(key);
    if (fresh === undefined) {
      fresh = stays(kind, old) ? old : draw(kind, old, random, taken);
      known.set(key, fresh);
      taken.add(`${kind} ${fresh.join('.')}`);
    }
    return fresh;
  };
}

/** Groups, everything unspecified, and what ends like a broadcast address keep what they are. */
function stays(kind: 'mac' | 'v4' | 'v6', old: Uint8Array): boolean {
  if (kind === 'mac') return ((old[0] ?? 0) & 1) === 1;
  return !['private', 'external'].includes(classOf(old)) || old.at(-1) === 255;
}

function classOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return bytes.length === 4
    ? classifyIpv4(view.getInt32(0))
    : classifyIpv6(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
}

/** Starts of addresses that are likely to be of a class. */
const starts: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'v4 private': [[10], [172, 20], [192, 168]],
  'v4 external': [[23], [62], [185]],
  'v6 private': [[0xfe, 0x80], [0xfd]],
  'v6 external': [
    [0x2a, 0x02],
    [0x26, 0x00],
  ],
};

function draw(
  kind: 'mac' | 'v4' | 'v6',
  old: Uint8Array,
  random: TestRandom,
  taken: ReadonlySet<string>,
): Uint8Array {
  for (;;) {
    const fresh = Uint8Array.from(old, () => random.between(1, 254));
    fresh.set(kind === 'mac' ? [0x06] : random.pick(starts[`${kind} ${classOf(old)}`] ?? [[]]));
    if (!taken.has(`${kind} ${fresh.join('.')}`) && (kind === 'mac' || classOf(fresh) === classOf(old)))
      return fresh;
  }
}
