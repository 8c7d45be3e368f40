import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture, type Packet } from '../../src/pcap/index.js';
import { hasShared, shared } from '../support/shared.js';

const oracle = join(shared, 'oracle', 'nfstream');

interface Wanted {
  readonly pcap: string;
  readonly csv: string | null;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Rows of a CSV in which a backslash escapes a quote. */
function rowsOf(file: string): Record<string, string>[] {
  const [head = [], ...rows] = cellsOf(readFileSync(file, 'utf8'));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
}

function cellsOf(text: string): string[][] {
  const cell = /"((?:[^"\\]|\\.)*)"|[^,\n]*/y;
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    cell.lastIndex = at;
    const match = cell.exec(text);
    row.push((match?.[1] ?? match?.[0] ?? '').replaceAll('\\"', '"'));
    at += match?.[0].length ?? 0;
    if (text[at] === '\n') {
      rows.push(row);
      row = [];
    }
    at++;
  }
  return rows;
}

const COLUMN_OF_MODE = ['wireBytes', 'ipBytes', 'transportBytes', 'payloadBytes'] as const;

function addressOf(packet: Packet, end: 'source' | 'destination'): string {
  const words = [0, 1, 2, 3].map((i) => packet[`${end}${i as 0 | 1 | 2 | 3}`] >>> 0);
  if (packet.ipVersion === 4) {
    const word = words[0] as number;
    return [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff).join('.');
  }
  return new URL(
    `http://[${words.map((word) => `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`).join(':')}]`,
  ).hostname.slice(1, -1);
}

/** A key without order, and packets and bytes of both directions together, however often the session was cut. */
type Sums = Map<string, [packets: number, bytes: number, flags: number]>;

function add(sums: Sums, key: string, packets: number, bytes: number, flags: number): void {
  const old = sums.get(key) ?? [0, 0, 0];
  sums.set(key, [old[0] + packets, old[1] + bytes, old[2] + flags]);
}

function theirs(file: string): Sums {
  const sums: Sums = new Map();
  for (const row of rowsOf(file)) {
    const ends = [`${row.src_ip} ${row.src_port}`, `${row.dst_ip} ${row.dst_port}`].sort();
    const key = [...ends, row.protocol, row.ip_version, row.vlan_id, row.tunnel_id ?? '0'].join(' | ');
    const flags = Number(row.bidirectional_syn_packets) + Number(row.bidirectional_ack_packets);
    add(sums, key, Number(row.bidirectional_packets), Number(row.bidirectional_bytes), flags);
  }
  return sums;
}

async function ours(file: string, options: Readonly<Record<string, unknown>>): Promise<Sums> {
  const sums: Sums = new Map();
  const size = COLUMN_OF_MODE[Number(options.accounting_mode ?? 0)] ?? 'wireBytes';
  await openCapture(file, { decode: 'nfstream', tunnels: options.decode_tunnels !== false }).read(
    (packet) => {
      const source = `${addressOf(packet, 'source')} ${packet.sourcePort}`;
      const destination = `${addressOf(packet, 'destination')} ${packet.destinationPort}`;
      const scope = [packet.protocol, packet.ipVersion, packet.vlanId, packet.tunnelId].join(' | ');
      const flags = ((packet.tcpFlags >> 1) & 1) + ((packet.tcpFlags >> 4) & 1);
      add(sums, [...[source, destination].sort(), scope].join(' | '), 1, packet[size], flags);
    },
  );
  return sums;
}

/** All tables; a plugin cuts sessions, which sums do not see, and one table was made with a filter. */
function wanted(): Wanted[] {
  const read = (folder: string, pcaps: string): Wanted[] =>
    (JSON.parse(readFileSync(join(oracle, folder, 'manifest.json'), 'utf8')) as Wanted[]).map((entry) => ({
      ...entry,
      pcap: join(oracle, pcaps, entry.pcap),
      csv: entry.csv === null ? null : join(oracle, folder, entry.csv),
    }));
  return [...read('synthetic', 'synthetic'), ...read('', 'pcaps')].filter(
    ({ options }) => options.bpf_filter === undefined,
  );
}

describe.runIf(hasShared)('decoding as NFStream does', () => {
  it('meters the same packets with the same keys and sizes', async () => {
    const cases = wanted();
    expect(cases.length).toBeGreaterThan(90);
    for (const { pcap, csv, options } of cases) {
      const sort = (sums: Sums) => [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(sort(await ours(pcap, options)), basename(csv ?? pcap)).toEqual(
        csv === null ? [] : sort(theirs(csv)),
      );
    }
  });
});
