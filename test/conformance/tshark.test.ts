import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { addressText, type SessionTable, sessionize } from '../../src/sessions/index.js';
import * as row from '../../src/sessions/row-layout.js';
import { capturesIn, hasShared, shared, someDeviceCaptures } from '../support/shared.js';
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
  const { summary, table } = await sessionize(openCapture(file), { binSeconds: 0 });
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
 * No difference stands. What makes the two comparable: tunnels (6in4, GTP-U) are compared by their outermost headers,
 * which are the ones decoded here; tshark neither reassembles datagrams nor segments, and later fragments get the
 * ports of their first one by a slow look-up of the comparison's own.
 */
describe.runIf(hasShared)('packets, bytes and sessions are those that tshark sees', () => {
  const files = [...capturesIn(join(shared, 'oracle', 'nfstream', 'pcaps')), ...someDeviceCaptures(60, 2026)];

  it('in 12 captures of other projects and 60 of devices', async () => {
    expect(files.length).toBe(72);
    let sessions = 0;
    for (const file of files) {
      const theirs = tsharkTotals(file);
      const ours = await ourTotals(file);
      const name = basename(file);
      expect([ours.packets, ours.bytes], name).toEqual([theirs.packets, theirs.bytes]);
      expect(differences(ours, theirs), name).toEqual([]);
      expect(sum(Object.values(ours.left)), name).toBe(sum(Object.values(theirs.left)));
      sessions += ours.sessions.size;
    }
    console.log(`tshark: ${files.length} captures, ${sessions} sessions, no difference`);
  });
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
