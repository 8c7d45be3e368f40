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

async function ourTotals(file: string): Promise<Totals> {
  const { summary, table } = await sessionize(openCapture(file, { tunnels: false }), { binSeconds: 0 });
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
];

/** By default every tenth, for time: a start of tshark takes longer than all else. */
function oddCaptures(): string[] {
  const files = capturesIn(join(shared, 'data', 'malformed'));
  return process.env.TSHARK_ALL === '1' ? files : files.filter((_, i) => i % 10 === 0);
}

/**
 * No difference stands. What makes the two comparable: tunnels are compared by their outermost headers, so they stay
 * closed here; tshark neither reassembles datagrams nor segments, and later fragments get the ports of their first one
 * by a slow look-up of the comparison's own.
 */
describe.runIf(hasShared)('packets, bytes and sessions are those that tshark sees', () => {
  const regular = [
    ...capturesIn(join(shared, 'oracle', 'nfstream', 'pcaps')),
    ...(process.env.TSHARK_ALL === '1' ? capturesIn(devices) : someDeviceCaptures(60, 2026)),
  ];

  it('in captures of other projects and of devices', async () => {
    expect(regular.length).toBeGreaterThanOrEqual(72);
    let sessions = 0;
    for (const file of regular) {
      const theirs = tsharkTotals(file);
      const ours = await ourTotals(file);
      const name = basename(file);
      expect([ours.packets, ours.bytes], name).toEqual([theirs.packets, theirs.bytes]);
      expect(differences(ours, theirs), name).toEqual([]);
      expect(sum(Object.values(ours.left)), name).toBe(sum(Object.values(theirs.left)));
      sessions += ours.sessions.size;
    }
    console.log(`tshark: ${regular.length} captures, ${sessions} sessions, no difference`);
  });

  it('in odd captures, but for differences with a reason', async () => {
    const files = oddCaptures();
    const unlike: string[] = [];
    let same = 0;
    for (const file of files) {
      const name = basename(file);
      if (explained.some(([part]) => name.includes(part))) continue;
      const ours = await ourTotals(file).catch(() => undefined);
      // Not a capture, or cut inside its header: nothing to compare.
      if (ours === undefined || (ours.left['link-type'] ?? 0) > 0) continue;
      const theirs = tsharkTotals(file);
      const counts = ours.packets === theirs.packets && ours.bytes === theirs.bytes;
      const found = differences(ours, theirs);
      if (counts && found.length === 0) same++;
      else unlike.push(`${name}: ${ours.packets}/${theirs.packets} packets, ${found.slice(0, 3).join('; ')}`);
    }
    console.log(`tshark: ${same} of ${files.length} odd captures alike`);
    expect(unlike).toEqual([]);
  });
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
