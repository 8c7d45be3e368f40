import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { desktop, examples, networkml, printer, recordsIn, temporaryDirectory } from './run-cli.js';

const directory = temporaryDirectory();

describe('networkml packets', () => {
  it('writes the same rows as NDJSON, CSV and Parquet', async () => {
    const { code, stdout } = await networkml(['packets', printer, desktop]);
    expect(code).toBe(0);
    const records = recordsIn(stdout);
    expect(new Set(records.map(({ file }) => file))).toEqual(new Set([printer, desktop]));
    expect(records.filter(({ file }) => file === printer).map(({ number }) => number)).toEqual(
      Array.from({ length: 1231 }, (_, at) => at + 1),
    );

    const csv = (await networkml(['packets', printer, desktop, '--format', 'csv'])).stdout
      .trimEnd()
      .split('\n');
    expect(csv[0]).toBe(Object.keys(records[0]!).join(','));
    for (const [at, record] of records.entries()) {
      const cells = csv[at + 1]!.split(',');
      const wanted = Object.values(record);
      expect(cells.map((cell, column) => (typeof wanted[column] === 'number' ? Number(cell) : cell))).toEqual(
        wanted.map((value) => value ?? ''),
      );
    }

    const path = join(directory, 'packets.parquet');
    await networkml(['packets', printer, desktop, '-o', path]);
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const rows = await parquetReadObjects({ file });
    expect(rows.map(({ number, length, ip_src }) => [Number(number), Number(length), ip_src])).toEqual(
      records.map(({ number, length, ip_src }) => [number, length, ip_src]),
    );
  });

  it('leaves out what the filter does not want', async () => {
    const all = recordsIn((await networkml(['packets', printer])).stdout);
    const some = recordsIn((await networkml(['packets', printer, '--filter', 'tcp port 631'])).stdout);
    const wanted = all.filter(({ port_src: from, port_dst: to, protocol }) => {
      return protocol === 'tcp' && (from === 631 || to === 631);
    });
    expect(some.length).toBeGreaterThan(0);
    expect(some).toEqual(wanted);
    const flows = await networkml(['features', printer, '--kind', 'size', '--filter', 'udp']);
    expect(recordsIn(flows.stdout).map((record) => (record.flow as { protocol: number }).protocol)).toContain(
      17,
    );
    expect(flows.stdout).not.toContain('"protocol":6,');
    const sessions = await networkml(['features', printer, '--filter', 'udp']);
    expect(recordsIn(sessions.stdout).length).toBeGreaterThan(0);
    for (const record of recordsIn(sessions.stdout)) {
      expect((record.session as { protocol: string }).protocol).toBe('udp');
    }
    for (const command of ['packets', 'features']) {
      const { code, stdout } = await networkml([command, printer, '--filter', 'tcp porrt 631']);
      expect([code, stdout]).toEqual([2, '']);
    }
  });

  it('has names by wish alone', async () => {
    const plain = recordsIn((await networkml(['packets', desktop])).stdout);
    const named = recordsIn((await networkml(['packets', desktop, '--names'])).stdout);
    expect(plain[0]).not.toHaveProperty('dns_query');
    const asked = named.filter(({ dns_query: name }) => name !== null);
    expect(asked.length).toBeGreaterThan(0);
    for (const row of asked) expect([row.is_dns, row.protocol]).toEqual([1, 'udp']);
    expect(named.map(({ dns_query: _name, ...rest }) => rest)).toEqual(plain);
  });

  it('goes on after a file that is no capture', async () => {
    const { code, stdout, stderr } = await networkml([
      'packets',
      join(examples, '..', 'package.json'),
      printer,
    ]);
    expect([code, recordsIn(stdout).length]).toEqual([5, 1232]);
    expect(recordsIn(stdout)[0]!.schema).toBe('networkml/error/v1');
    expect(stderr).toContain('NML_PCAP_MAGIC');
  });
});
