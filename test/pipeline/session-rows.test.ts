import { describe, expect, it } from 'vitest';
import { type Cells, type ColumnBatch, createBatch, type TextCells } from '../../src/column-table.js';
import { SessionRows, sessionColumns } from '../../src/pipeline/index.js';
import { putAddress, putMac } from '../../src/pipeline/session-text.js';
import { tableWriter } from '../../src/report/index.js';
import { formatIpv4, formatIpv6, parseAddress, type SessionPlugin } from '../../src/sessions/index.js';
import type { FlowCore } from '../../src/sessions/meter/flow-core.js';
import { packetOf, randomWishes, SECOND, START } from '../sessions/meter/packets.js';
import { testRandom } from '../support/random.js';

function textOf(put: (cells: TextCells) => void): string {
  const cells = createBatch([{ name: 'x', kind: 'text' }], 1).cells[0] as TextCells;
  put(cells);
  return Buffer.from(cells.bytes.subarray(0, cells.ends[0])).toString();
}

const address = (text: string): string => {
  const { version, words } = parseAddress(text)!;
  return textOf((cells) => putAddress(cells, 0, version, Int32Array.from(words)));
};

describe('addresses as text', () => {
  it('are what the slow twins say', () => {
    const random = testRandom(5);
    for (let i = 0; i < 4000; i++) {
      const words = Int32Array.from({ length: 4 }, () =>
        random.pick([0, 0, 1, 0x10000, 0x0db80000, -1, random.below(2 ** 32) | 0]),
      );
      const [a = 0, b = 0, c = 0, d = 0] = words;
      expect(textOf((cells) => putAddress(cells, 0, 4, words))).toBe(formatIpv4(a));
      // Embedded IPv4 addresses have a test of their own.
      if (a === 0 && b === 0) continue;
      expect(textOf((cells) => putAddress(cells, 0, 6, words))).toBe(formatIpv6(a, b, c, d));
    }
  });

  it.each([
    '::',
    '::1',
    '::1.2.3.4',
    '::ffff:10.0.0.1',
    '::1:2:3',
    '1::',
    '1:0:0:2::3',
    '::fffe:a00:1',
    '2001:db8::a:0:0:1',
  ])('%s as inet_ntop(3) prints it', (text) => expect(address(text)).toBe(text));

  it('are cut for the vendor part of a MAC', () => {
    expect(textOf((cells) => putMac(cells, 0, 0x02fe, 0x00a1_0bff, 6))).toBe('02:fe:00:a1:0b:ff');
    expect(textOf((cells) => putMac(cells, 0, 0x02fe, 0xf0a1_0bff | 0, 3))).toBe('02:fe:f0');
  });
});

function cellOf(cells: Cells, row: number): unknown {
  const from = row === 0 || !('ends' in cells) ? 0 : cells.ends[row - 1]!;
  switch (cells.kind) {
    case 'text':
      return cells.missing[row] === 1
        ? null
        : Buffer.from(cells.bytes.subarray(from, cells.ends[row])).toString();
    case 'ints':
    case 'doubles':
      return [...cells.values.subarray(from, cells.ends[row])];
    case 'nanoseconds':
      return Number.isNaN(cells.milliseconds[row])
        ? null
        : BigInt(cells.milliseconds[row]!) * 1_000_000n + BigInt(cells.nanoseconds[row]!);
    default:
      return cells.values[row];
  }
}

/**
 * Random packets, metered and written as text, by the meter itself or cell by cell.
 * @param taken bytes that are in use before: addresses alone, which are never written to
 */
async function textOfRows(
  form: 'csv' | 'ndjson',
  options: ConstructorParameters<typeof SessionRows>[0],
  byMeter: boolean,
  taken = 0,
): Promise<string> {
  const parts: string[] = [];
  const columns = sessionColumns(options);
  const writer = await tableWriter(form, columns, (bytes) => parts.push(Buffer.from(bytes).toString()));
  const meterOptions = { ...options, idleTimeout: 3, activeTimeout: 20, batchRows: 64 };
  const rows = new SessionRows(meterOptions, (batch) => {
    if (byMeter) expect(batch.writeText).toBeDefined();
    const { writeText, ...cells } = batch;
    writer.write(byMeter ? batch : cells);
  });
  if (taken > 0) (Reflect.get(rows.meter, 'core') as FlowCore).run.allocate(taken);
  for (const wish of randomWishes(6000, 7)) rows.meter.add(packetOf(wish));
  rows.meter.finish();
  rows.flush();
  writer.end();
  return parts.join('');
}

describe('rows', () => {
  const wish = { ns: START + 123_456_789n, bytes: 100 };
  const answer = {
    ns: START + SECOND,
    from: '10.0.0.2',
    to: '10.0.0.1',
    sourcePort: 443,
    destinationPort: 40_000,
  };

  function rowsOf(
    options: ConstructorParameters<typeof SessionRows>[0],
    both = true,
  ): Record<string, unknown>[] {
    const out: Record<string, unknown>[] = [];
    const rows = new SessionRows(options, ({ rows: count, columns, cells }: ColumnBatch) => {
      for (let row = 0; row < count; row++) {
        out.push(Object.fromEntries(columns.map(({ name }, i) => [name, cellOf(cells[i]!, row)])));
      }
    });
    rows.file = 'a.pcap';
    const { meter } = rows;
    meter.add(packetOf(wish));
    if (both) meter.add(packetOf(answer));
    meter.finish();
    rows.flush();
    return out;
  }

  it('have NFStream’s columns first and our own behind', () => {
    const names = sessionColumns({
      statistics: true,
      splt: 2,
      communityId: 0,
      frames: true,
      files: true,
    }).map(({ name }) => name);
    expect(names.length).toBe(80 + 6 + 4 + 3);
    expect(names.slice(0, 4)).toEqual(['id', 'expiration_id', 'src_ip', 'src_mac']);
    expect(names.slice(-9)).toEqual([
      'dst2src_first_seen_ns',
      'dst2src_last_seen_ns',
      'session',
      'part',
      'end_reason',
      'initiated_by',
      'community_id',
      'frames',
      'file',
    ]);
    expect(sessionColumns({ compatible: true }).length).toBe(29);
    expect(sessionColumns({ compatible: true, tunnels: false }).length).toBe(28);
    expect(sessionColumns({ tunnels: false }).map(({ name }) => name)).toContain('tunnel_id');
  });

  it.each(['csv', 'ndjson'] as const)(
    'are the same %s, whether the meter writes them or a writer that looks at each cell',
    async (form) => {
      for (const options of [
        {},
        { statistics: true },
        { statistics: true, compatible: true },
        { tunnels: false },
      ]) {
        const [fast, slow] = [await textOfRows(form, options, true), await textOfRows(form, options, false)];
        expect(fast.split('\n').length).toBeGreaterThan(1500);
        expect(fast).toBe(slow);
      }
    },
  );

  it('are the same where live sessions lie beyond two gigabytes, whose places look negative', async () => {
    const plugin = {
      name: 'p',
      columns: [{ name: 'n', kind: 'int' }] as const,
      onInit: () => ({ n: 1 }),
      onUpdate: (_: unknown, session: { packets: number }, state: { n: number }) => {
        state.n = session.packets;
      },
      onExpire: (_: unknown, state: { n: number }) => [state.n],
    };
    const lists = { statistics: true, splt: 20, frames: true, plugins: [plugin as SessionPlugin] };
    const beyond = 2 ** 31;
    expect(await textOfRows('csv', { statistics: true }, true, beyond)).toBe(
      await textOfRows('csv', { statistics: true }, true),
    );
    expect(await textOfRows('ndjson', lists, false, beyond)).toBe(await textOfRows('ndjson', lists, false));
  });

  it('hold what was metered', () => {
    const [row] = rowsOf({ statistics: true, splt: 3, communityId: 0, frames: true, files: true });
    expect(row).toMatchObject({
      id: 0,
      expiration_id: 0,
      src_ip: '10.0.0.1',
      src_mac: '02:00:0a:00:00:01',
      src_oui: '02:00:0a',
      src_port: 40_000,
      dst_ip: '10.0.0.2',
      dst_port: 443,
      protocol: 6,
      ip_version: 4,
      bidirectional_first_seen_ms: Number(START / 1_000_000n) + 123,
      bidirectional_last_seen_ms: Number(START / 1_000_000n) + 1000,
      bidirectional_duration_ms: 877,
      bidirectional_packets: 2,
      bidirectional_bytes: 160,
      src2dst_bytes: 100,
      dst2src_bytes: 60,
      bidirectional_mean_ps: 80,
      src2dst_max_ps: 100,
      bidirectional_mean_piat_ms: 877,
      dst2src_ack_packets: 1,
      splt_direction: [0, 1, -1],
      splt_ps: [100, 60, -1],
      splt_piat_ms: [0, 877, -1],
      bidirectional_first_seen_ns: START + 123_456_789n,
      bidirectional_last_seen_ns: START + SECOND,
      src2dst_last_seen_ns: START + 123_456_789n,
      part: 1,
      end_reason: 'end',
      initiated_by: 'first-packet',
      frames: [1, 1],
      file: 'a.pcap',
    });
    expect(rowsOf({}, false)[0]).toMatchObject({ dst2src_first_seen_ms: 0, dst2src_first_seen_ns: null });
  });

  it('hide addresses, but not the vendor', () => {
    const [row] = rowsOf({ anonymize: (text) => `<${text}>` });
    expect(row).toMatchObject({
      src_ip: '<10.0.0.1>',
      dst_ip: '<10.0.0.2>',
      src_mac: '<02:00:0a:00:00:01>',
      src_oui: '02:00:0a',
    });
  });

  it('have a column for each of a plugin’s', () => {
    const plugin = {
      name: 'p',
      columns: [
        { name: 'n', kind: 'int' },
        { name: 't', kind: 'text' },
        { name: 'l', kind: 'doubles' },
      ] as const,
      onExpire: () => [4, 'x,y', [0.5, 2]],
    };
    expect(rowsOf({ plugins: [plugin, { name: 'none' }] })[0]).toMatchObject({
      'udps.n': 4,
      'udps.t': 'x,y',
      'udps.l': [0.5, 2],
    });
    const silent = { ...plugin, onExpire: () => [null, 7 as never] };
    expect(rowsOf({ plugins: [silent] })[0]).toMatchObject({
      'udps.n': Number.NaN,
      'udps.t': '7',
      'udps.l': [],
    });
  });
});
