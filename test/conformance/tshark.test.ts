import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { addressText, type SessionTable, sessionize } from '../../src/sessions/index.js';
import * as row from '../../src/sessions/row-layout.js';
import { capturesIn, devices, hasShared, shared, someDeviceCaptures } from '../support/shared.js';
import { keyOf, type Totals, tsharkTotals } from '../support/tshark.js';

/** Our own sessions in the words of the comparison. */
function sessionsOf(table: SessionTable): Map<string, [number, number, number, number]> {
  const { view } = table;
  const sessions = new Map<string, [number, number, number, number]>();
  for (let index = 0; index < table.rows; index++) {
    const at = index * row.ROW_BYTES;
    const scope = view.getInt32(at + row.PROTOCOL, true);
    const version = scope >>> 16 === 6 ? 6 : 4;
    const ports = view.getInt32(at + row.PORTS, true);
    const a = `${addressText(table, version, view.getInt32(at + row.ADDRESS_A, true))} ${ports >>> 16}`;
    const b = `${addressText(table, version, view.getInt32(at + row.ADDRESS_B, true))} ${ports & 0xffff}`;
    const key = keyOf(version, scope & 0xff, view.getInt32(at + row.VLAN, true), a, b);
    const side = (start: number): [number, number] => [
      view.getInt32(start + row.PACKETS, true),
      view.getFloat64(start + row.WIRE_BYTES, true),
    ];
    const [fromA, fromB] = [side(at + row.SIDES), side(at + row.SIDES + row.SIDE_BYTES)];
    if (a === b) sessions.set(key, [fromA[0] + fromB[0], fromA[1] + fromB[1], 0, 0]);
    else sessions.set(key, key.includes(`: ${a} - `) ? [...fromA, ...fromB] : [...fromB, ...fromA]);
  }
  return sessions;
}

async function ourTotals(file: string, tunnels: boolean): Promise<Totals> {
  const { summary, table } = await sessionize(openCapture(file, { tunnels }), { binSeconds: 0 });
  return {
    packets: summary.packets,
    bytes: summary.bytes,
    sessions: sessionsOf(table),
    left: { ...summary.skipped } as Record<string, number>,
  };
}

/** Sessions that the two see differently, as text. */
function differences(ours: Totals, theirs: Totals): string[] {
  const keys = [...new Set([...ours.sessions.keys(), ...theirs.sessions.keys()])].sort();
  return keys
    .filter((key) => ours.sessions.get(key)?.join() !== theirs.sessions.get(key)?.join())
    .map(
      (key) =>
        `${key}: ours ${ours.sessions.get(key)?.join() ?? 'none'}, tshark's ${theirs.sessions.get(key)?.join() ?? 'none'}`,
    );
}

/**
 * Odd captures in which the two differ for a reason, by a part of their names; read with `TSHARK_ALL=1`. Link types that
 * are not decoded here need no entry.
 */
const explained: readonly (readonly [string, string])[] = [
  ['mobile-ipv6-mip6', 'the mobility header is an extension here, the protocol there'],
  ['ipv6_mobility_1', 'the mobility header is an extension here, the protocol there'],
  ['captured-longer-than-original', 'the larger of captured and wire length counts'],
  ['rsvp_obj_print-oobr', 'the larger of captured and wire length counts'],
  ['fuzz-2021-06-07-c6c72a0a56', 'tshark ends lengths at 2^31 - 1'],
  ['erspan-type-i-2', 'tshark looks into ERSPAN and takes the VLAN from there'],
  ['ipv6hdr-heapoverflow', 'a chain of extension headers that is cut is skipped here'],
  ['icmp-rfc8335-missing-bytes', 'MACsec without encryption, which is not read here'],
  ['pbb-recursive-frames', 'backbone bridges (802.1ah), which are not read here'],
  ['vntag', 'VN-Tag (802.1BR), which is not read here'],
  ['ipv6-malformed-fragments', 'a fragment header behind a fragment header is not followed here'],
  ['bigtcp-ipv6-geneve', 'of UDP longer than 65,535 bytes tshark reads neither ports nor tunnel'],
  ['bigtcp-ipv4-geneve', 'of UDP longer than 65,535 bytes tshark reads no tunnel'],
  ['gre--nDPI--pcap-gre.', 'GRE of version 1 (PPTP) stays closed here'],
  ['gre-ppp-udp', 'GRE of version 1 (PPTP) stays closed here'],
];

/**
 * By default a sample, as a start of tshark takes longer than all else. `TSHARK_ALL=1` reads all of them, and
 * `TSHARK_ALL=2/8` the second of eight parts.
 */
function part(
  files: readonly string[],
  sample: (files: readonly string[]) => readonly string[],
): readonly string[] {
  const all = process.env.TSHARK_ALL;
  if (all === undefined) return sample(files);
  const [nth = 1, of = 1] = all === '1' ? [] : all.split('/').map(Number);
  return files.filter((_, i) => i % of === nth - 1);
}

/** Calls `task` for every file, two at a time. */
async function eachOf(files: readonly string[], task: (file: string) => Promise<void>): Promise<void> {
  const queue = [...files];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await task(file);
  };
  await Promise.all([work(), work()]);
}

interface Comparison {
  readonly unlike: string[];
  readonly sessions: number;
  /** Sessions that differ between the outermost headers and the innermost ones. */
  readonly tunnelled: number;
}

/** What differs, as text, by the outermost headers and by the innermost; undefined where there is nothing to compare. */
async function compare(file: string): Promise<Comparison | undefined> {
  const name = basename(file);
  const unlike: string[] = [];
  const closed = await ourTotals(file, false).catch(() => undefined);
  // Not a capture, cut inside its header, or of a link type that is not decoded here.
  if (closed === undefined || (closed.left['link-type'] ?? 0) > 0) return undefined;
  const opened = await ourTotals(file, true);
  const theirs = await tsharkTotals(file);
  for (const [ours, other, where] of [
    [closed, theirs.outer, 'outside'],
    [opened, theirs.inner, 'inside'],
  ] as const) {
    const counts = [ours.packets, ours.bytes, sum(ours.left)].join();
    const otherCounts = [other.packets, other.bytes, sum(other.left)].join();
    const found = differences(ours, other);
    if (counts !== otherCounts) found.unshift(`packets, bytes, left ${counts} against ${otherCounts}`);
    if (found.length > 0) unlike.push(`${name}, ${where}: ${found.slice(0, 4).join('; ')}`);
  }
  const tunnelled = [...opened.sessions.keys()].filter((key) => !closed.sessions.has(key)).length;
  return { unlike, sessions: opened.sessions.size, tunnelled };
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/**
 * No difference stands. What makes the two comparable: tshark neither reassembles datagrams nor segments; later
 * fragments get the ports of their first one by a slow look-up of the comparison's own; and of the headers that tshark
 * finds only those are followed inwards that stand behind a tunnel which is opened here.
 */
describe.runIf(hasShared)(
  'packets, bytes and sessions, outside and inside of tunnels, are those that tshark sees',
  () => {
    const regular = part(
      [
        ...capturesIn(join(shared, 'oracle', 'nfstream', 'pcaps')),
        ...capturesIn(join(shared, 'oracle', 'networkml', 'pcaps')),
        ...capturesIn(devices),
        ...capturesIn(join(devices, 'anomalies')),
      ],
      (files) => [
        ...files.slice(0, 20),
        ...someDeviceCaptures(60, 2026),
        ...files.slice(-67).filter((_, i) => i % 20 === 0),
      ],
    );

    it('in captures of other projects, of devices and of attacks', async () => {
      expect(regular.length).toBeGreaterThanOrEqual(20);
      const unlike: string[] = [];
      let sessions = 0;
      let tunnelled = 0;
      await eachOf(regular, async (file) => {
        const found = await compare(file);
        unlike.push(...(found?.unlike ?? [`${basename(file)} cannot be read`]));
        sessions += found?.sessions ?? 0;
        tunnelled += found?.tunnelled ?? 0;
      });
      console.log(
        `tshark: ${regular.length} captures, ${sessions} sessions, ${tunnelled} of them in tunnels`,
      );
      expect(unlike).toEqual([]);
    });

    it('in odd captures, but for differences with a reason', async () => {
      const files = part(capturesIn(join(shared, 'data', 'malformed')), (all) =>
        all.filter((_, i) => i % 10 === 0),
      );
      const unlike: string[] = [];
      let same = 0;
      let sessions = 0;
      let tunnelled = 0;
      await eachOf(files, async (file) => {
        const name = basename(file);
        if (explained.some(([piece]) => name.includes(piece))) return;
        const found = await compare(file);
        if (found === undefined) return;
        if (found.unlike.length === 0) same++;
        unlike.push(...found.unlike);
        sessions += found.sessions;
        tunnelled += found.tunnelled;
      });
      console.log(
        `tshark: ${same} of ${files.length} odd captures alike, ${sessions} sessions, ${tunnelled} of them in tunnels`,
      );
      expect(unlike).toEqual([]);
    });
  },
);
