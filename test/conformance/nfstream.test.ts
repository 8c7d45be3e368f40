import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cells, ColumnBatch } from '../../src/column-table.js';
import { CaptureMeter, type MeterCapturesOptions } from '../../src/pipeline/index.js';
import type { SessionPlugin } from '../../src/sessions/index.js';
import { hasShared, shared } from '../support/shared.js';

const oracle = join(shared, 'oracle', 'nfstream');

interface Entry {
  readonly pcap: string;
  readonly csv: string | null;
  readonly flows: number;
  readonly options: Record<string, number | boolean | string>;
}

/** What nDPI says of a flow; networkml reads no payload. */
const ndpi = new Set([
  'application_name',
  'application_category_name',
  'application_is_guessed',
  'application_confidence',
  'requested_server_name',
  'client_fingerprint',
  'server_fingerprint',
  'user_agent',
  'content_type',
]);

const doubles = /_(mean|stddev)_/;

type Row = Record<string, string>;

/** NFStream's CSV: text in quotes, with a backslash before an inner quote. */
function parseCsv(text: string): Row[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const names = (lines[0] ?? '').split(',');
  return lines.slice(1).map((line) => {
    const fields = [...line.matchAll(/"((?:\\"|[^"])*)"(?:,|$)|([^,"]*)(?:,|$)/g)].map(
      (match) => match[1]?.replaceAll('\\"', '"') ?? match[2] ?? '',
    );
    return Object.fromEntries(names.map((name, i) => [name, fields[i] ?? '']));
  });
}

function cellText(cells: Cells, row: number): string {
  const from = row === 0 || !('ends' in cells) ? 0 : (cells.ends[row - 1] as number);
  switch (cells.kind) {
    case 'text':
      return Buffer.from(cells.bytes.subarray(from, cells.ends[row])).toString();
    case 'ints':
    case 'doubles':
      return `[${[...cells.values.subarray(from, cells.ends[row])].join(', ')}]`;
    case 'nanoseconds':
      return `${cells.milliseconds[row]} ${cells.nanoseconds[row]}`;
    default:
      return String(cells.values[row]);
  }
}

const slicer: SessionPlugin = {
  name: 'slice',
  onUpdate: (_, session) => {
    if (session.packets >= 5) session.end();
  },
};

function optionsOf(given: Entry['options']): MeterCapturesOptions {
  const accountings = ['link', 'ip', 'transport', 'payload'] as const;
  return {
    compatible: true,
    statistics: given.statistical_analysis === true,
    splt: Number(given.splt_analysis ?? 0),
    accounting: accountings[Number(given.accounting_mode ?? 0)] ?? 'link',
    idleTimeout: Number(given.idle_timeout ?? 120),
    activeTimeout: Number(given.active_timeout ?? 1800),
    tunnels: given.decode_tunnels !== false,
    ...(given.bpf_filter === undefined ? {} : { filter: String(given.bpf_filter) }),
    ...(given.udps === undefined ? {} : { plugins: [slicer] }),
  };
}

async function ours(path: string, options: MeterCapturesOptions): Promise<Row[]> {
  const rows: Row[] = [];
  const meter = new CaptureMeter(options, ({ rows: count, columns, cells }: ColumnBatch) => {
    for (let row = 0; row < count; row++) {
      rows.push(Object.fromEntries(columns.map(({ name }, i) => [name, cellText(cells[i] as Cells, row)])));
    }
  });
  await meter.read(path);
  meter.end();
  return rows;
}

const sortKeys = [
  'bidirectional_first_seen_ms',
  'src_ip',
  'src_port',
  'dst_ip',
  'dst_port',
  'protocol',
  'vlan_id',
  'tunnel_id',
  'bidirectional_last_seen_ms',
  'bidirectional_packets',
  'bidirectional_bytes',
];

function sorted(rows: Row[]): Row[] {
  const key = (row: Row): string => sortKeys.map((name) => row[name] ?? '').join('|');
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** Differences in words; only the first of a row. */
function differences(got: Row[], wanted: Row[]): string[] {
  if (got.length !== wanted.length) return [`${got.length} rows instead of ${wanted.length}`];
  return wanted.flatMap((row, i) => {
    for (const [name, value] of Object.entries(row)) {
      if (name === 'id' || ndpi.has(name)) continue;
      const own = got[i]?.[name];
      if (own === value) continue;
      if (doubles.test(name)) {
        const [a, b] = [Number(own), Number(value)];
        if (Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))) continue;
      }
      return [`row ${i}, ${name}: ${own} instead of ${value} (${row.src_ip} ${row.dst_ip} ${row.protocol})`];
    }
    return [];
  });
}

const entries = (file: string, folder: string): [string, string, Entry][] =>
  hasShared
    ? (JSON.parse(readFileSync(join(oracle, file), 'utf8')) as Entry[]).map((entry) => [
        `${entry.pcap} ${JSON.stringify(entry.options)}`,
        folder,
        entry,
      ])
    : [];

describe.runIf(hasShared)('NFStream, row for row', () => {
  const all = [...entries('manifest.json', 'pcaps'), ...entries('synthetic/manifest.json', 'synthetic')];

  it.each(all)('%s', async (_, folder, { pcap, csv, flows, options }) => {
    const csvFolder = folder === 'pcaps' ? oracle : join(oracle, folder);
    const wanted = csv === null ? [] : parseCsv(readFileSync(join(csvFolder, csv), 'utf8'));
    expect(wanted.length).toBe(flows);
    const got = await ours(join(oracle, folder, pcap), optionsOf(options));
    expect(differences(sorted(got), sorted(wanted))).toEqual([]);
    const names = Object.keys(wanted[0] ?? {}).filter((name) => !ndpi.has(name));
    if (wanted.length > 0) expect(Object.keys(got[0] ?? {})).toEqual(names);
  });
});

describe.runIf(hasShared)('without compat', () => {
  const both = async (name: string, more: MeterCapturesOptions = {}): Promise<[Row[], Row[]]> => {
    const path = join(oracle, 'synthetic', `${name}.pcap`);
    const options = { statistics: true, splt: 5, ...more };
    return [await ours(path, { ...options, compatible: true }), await ours(path, options)];
  };
  const sum = (rows: Row[], name: string): number => rows.reduce((all, row) => all + Number(row[name]), 0);
  const packets = (rows: Row[]): number => sum(rows, 'bidirectional_packets');

  it('sizes have more than 16 bits', async () => {
    const [theirs, own] = await both('bigframe');
    expect(sum(theirs, 'bidirectional_max_ps')).toBeLessThan(65_536);
    expect(Math.max(...own.map((row) => Number(row.bidirectional_max_ps)))).toBeGreaterThan(65_535);
  });

  it('an IPv6 packet has its header', async () => {
    const [theirs, own] = await both('ext6', { accounting: 'ip' });
    const udp = (rows: Row[]): Row | undefined => rows.find((row) => row.protocol === '17');
    expect(Number(udp(own)?.bidirectional_min_ps) - Number(udp(theirs)?.bidirectional_min_ps)).toBe(40);
  });

  it('fragments join their session, segmentation offload counts', async () => {
    for (const name of ['frag4', 'frag6', 'tso_totlen0']) {
      const [theirs, own] = await both(name);
      expect([name, packets(own) > packets(theirs)]).toEqual([name, true]);
    }
  });

  it('the ethertype is enforced', async () => {
    const [theirs, own] = await both('nonip');
    expect(packets(own)).toBeLessThan(packets(theirs));
  });

  it('802.1ad, GRE, VXLAN and Geneve are read', async () => {
    const [vlansTheirs, vlans] = await both('vlan_q');
    expect(packets(vlans)).toBeGreaterThan(packets(vlansTheirs));
    const [, tunnels] = await both('tunnels');
    const ids = new Set(tunnels.map((row) => Number(row.tunnel_id)));
    expect([...ids].some((id) => id >= 4)).toBe(true);
  });

  it('a cut keeps source and destination, and its parts their number', async () => {
    const [theirs, own] = await both('active_flip', { activeTimeout: 5 });
    expect(new Set(theirs.map((row) => row.src_ip)).size).toBe(2);
    expect(new Set(own.map((row) => row.src_ip)).size).toBe(1);
    expect(own.map((row) => [row.session, row.part])).toEqual([
      ['0', '1'],
      ['0', '2'],
    ]);
  });
});
