import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { anonymizer } from '../../src/cli/anonymizer.js';
import { desktop, examples, networkml, printer, root, temporaryDirectory } from './run-cli.js';

const directory = temporaryDirectory();

const captures = [printer, desktop, join(examples, 'DistrFileShare-lab0001files1-Tue1215-136-n00.pcap')];

async function rowsOf(words: readonly string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await networkml(['sessions', ...words, '--format', 'ndjson']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('hides addresses as NFStream does', async () => {
  // Digests that NFStream gave for the key 00 01 ... 3f.
  const seal = await anonymizer(
    Array.from({ length: 64 }, (_, i) => i.toString(16).padStart(2, '0')).join(''),
  );
  expect(seal('192.168.43.18')).toBe(
    'c94ae6d0c1087ec8c4e40042cffa1e6900b3c81977cb431267027734b3b5a15409420e9ab4aec87a19f342af3c42a8d693d243d8c193b0f6e8ed6b263ba62ac6',
  );
  expect(seal('2001:db8::1')).toBe(
    '7accea2324448d8bacf43587887415f85a78918b2b5905f2abb27c31986fe6dcd6e5a07953540fc8aceae58ac07a81a2115be7f6b55c4fb138d3b7f637e93292',
  );
  expect(seal('')).toBe(
    '10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568',
  );
  expect(seal('192.168.43.18')).toBe(seal('192.168.43.18'));
});

describe('networkml sessions', () => {
  it('writes the same sessions as CSV, NDJSON and Parquet', async () => {
    const words = [printer, '--stats', '--splt', '5', '--community-id', '--frames'];
    const rows = await rowsOf(words);
    expect(rows.length).toBeGreaterThan(20);
    const csv = join(directory, 'out.csv');
    const parquet = join(directory, 'out.parquet');
    expect(await networkml(['sessions', ...words, '-o', csv])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await networkml(['sessions', ...words, '-o', parquet])).code).toBe(0);
    const lines = readFileSync(csv, 'utf8').split('\n');
    const names = Object.keys(rows[0]!);
    expect(lines[0]).toBe(names.join(','));
    expect(lines.length).toBe(rows.length + 2);
    for (const [i, row] of rows.entries()) {
      const text = names.map((name) => {
        const value = row[name];
        if (Array.isArray(value)) return `"[${value.join(', ')}]"`;
        if (value === null) return '';
        return /_(mean|stddev)_/.test(name) && Number.isInteger(value) ? `${value}.0` : String(value);
      });
      expect(lines[i + 1]).toBe(text.join(','));
    }
    const bytes = readFileSync(parquet);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const read = await parquetReadObjects({ file });
    expect(read.map(({ src_ip }) => src_ip)).toEqual(rows.map(({ src_ip }) => src_ip));
    expect(read.map(({ splt_ps }) => splt_ps.map(Number))).toEqual(rows.map(({ splt_ps }) => splt_ps));
    expect(read.map((row) => row.bidirectional_mean_ps)).toEqual(
      rows.map((row) => row.bidirectional_mean_ps),
    );
    expect(readdirSync(directory).sort()).toEqual(['out.csv', 'out.parquet']);
  });

  it('meters each capture for itself, or all as one stream', async () => {
    const each = await rowsOf(captures);
    expect([...new Set(each.map(({ file }) => file))]).toEqual(captures);
    expect(each.map(({ id }) => id)).toEqual(each.map((_, i) => i));
    const twice = await rowsOf(['--join', '--active-timeout', '99999', printer, printer]);
    const once = await rowsOf(['--active-timeout', '99999', printer]);
    expect(twice[0]).not.toHaveProperty('file');
    const packets = (rows: Record<string, unknown>[]): number =>
      rows.reduce((sum, row) => sum + Number(row.bidirectional_packets), 0);
    expect(packets(twice)).toBe(2 * packets(once));
    // The second time begins before the first has ended: nothing is idle in between.
    expect(twice.length).toBeLessThan(2 * once.length);
  });

  it('gives the same bytes with several threads', async () => {
    const words = ['sessions', ...captures, '--stats', '--splt', '3', '--format', 'csv'];
    const one = await networkml([...words, '--jobs', '1']);
    const three = await networkml([...words, '--jobs', '3']);
    expect(three).toEqual(one);
    expect(one.stdout.split('\n').length).toBeGreaterThan(100);
  });

  it('goes on behind a capture that cannot be read, with one thread or several', async () => {
    const bad = join(directory, 'bad.pcap');
    writeFileSync(bad, 'this is no capture');
    for (const jobs of ['1', '2']) {
      const { code, stdout, stderr } = await networkml(['sessions', printer, bad, desktop, '--jobs', jobs]);
      expect(code).toBe(5);
      expect(stderr).toContain('NML_PCAP_MAGIC');
      const records = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const at = records.findIndex(({ schema }) => schema === 'networkml/error/v1');
      expect(records[at]).toMatchObject({ capture: { file: bad }, error: { code: 'NML_PCAP_MAGIC' } });
      expect(records[at - 1].file).toBe(printer);
      expect(records[at + 1].file).toBe(desktop);
    }
    expect((await networkml(['sessions', bad, '-q'])).code).toBe(3);
    expect((await networkml(['sessions', join(directory, 'absent.pcap'), '-q'])).code).toBe(3);
  });

  it('reads standard input', async () => {
    const { stdout } = await networkml(['sessions', '-', '--format', 'csv'], {
      input: readFileSync(printer),
    });
    expect(stdout).toBe((await networkml(['sessions', printer, '--format', 'csv'])).stdout);
  });

  it('makes a key once, and hides addresses the same way with it', async () => {
    const key = join(directory, 'key.txt');
    const words = ['sessions', printer, '--anonymize', '--key-file', key];
    const first = await networkml(words);
    expect(first.stderr).toContain('a new key was made');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const second = await networkml(words);
    expect(second.stderr).toBe('');
    expect(second.stdout).toBe(first.stdout);
    const other = await networkml(['sessions', printer, '--anonymize', '-q']);
    expect(other.stdout).not.toBe(first.stdout);
    expect(JSON.parse(first.stdout.split('\n')[0] ?? '').src_ip).toMatch(/^[0-9a-f]{128}$/);
    writeFileSync(key, 'short');
    expect(await networkml(words)).toMatchObject({ code: 2, stderr: expect.stringContaining('NML_CONFIG') });
  });

  it('loads plugins', async () => {
    const plugin = join(root, 'examples/plugins/slice.mjs');
    const { stdout } = await networkml(['sessions', printer, '--plugin', plugin], {
      env: { SLICE_PACKETS: '4' },
    });
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(Math.max(...rows.map((row) => row.bidirectional_packets))).toBe(4);
    expect(rows.some((row) => row.end_reason === 'plugin' && row.expiration_id === -1)).toBe(true);
    const role = await rowsOf([printer, '--plugin', join(root, 'examples/plugins/role.mjs')]);
    for (const row of role) {
      expect(row['udps.role']).toMatch(/^[A-Z]\w+$/);
      expect(row['udps.role_score']).toBeGreaterThan(0);
      expect(row['udps.role_score']).toBeLessThanOrEqual(1);
    }
    expect(new Set(role.map((row) => row['udps.role'])).size).toBeGreaterThan(1);
    const empty = join(directory, 'empty.mjs');
    writeFileSync(empty, 'export const other = 1;');
    expect(await networkml(['sessions', printer, '--plugin', empty])).toMatchObject({ code: 2, stdout: '' });
  });

  it('lists packets that it could not use', async () => {
    const { stderr, stdout } = await networkml(['sessions', printer, '--explain-skipped']);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.length).toBeGreaterThan(0);
    for (const [file, number, time, bytes, reason] of lines) {
      expect(file).toBe(printer);
      expect(Number(number)).toBeGreaterThan(0);
      expect(time).toMatch(/^\d+\.\d{9}$/);
      expect(Number(bytes)).toBeGreaterThan(0);
      expect(reason).toMatch(/^[a-z-]+$/);
    }
    expect(stdout).not.toBe('');
  });

  it('takes packets that match a filter only', async () => {
    const all = await rowsOf([printer]);
    const some = await rowsOf([printer, '--filter', 'udp and not port 5353']);
    const isMeant = (row: Record<string, unknown>): boolean =>
      row.protocol === 17 && row.src_port !== 5353 && row.dst_port !== 5353;
    expect(some.length).toBe(all.filter(isMeant).length);
    expect(some.length).toBeGreaterThan(0);
    const wrong = await networkml([
      'sessions',
      printer,
      '--filter',
      'port port',
      '-o',
      join(directory, 'no'),
    ]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('NML_FILTER') });
  });

  it('refuses what does not go together', async () => {
    const refused = async (...words: string[]): Promise<void> => {
      const { code, stdout } = await networkml(['sessions', printer, ...words]);
      expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
    };
    await refused('--compat', 'netml');
    await refused('--compat', 'nfstream', '--end-on', 'fin');
    await refused('--anonymize', '--community-id');
    await refused('--key-file', join(directory, 'k'));
    await refused('--idle-timeout', '-1');
    await refused('--community-seed', '65536');
    await refused('--format', 'table');
  });

  it('writes NFStream’s columns alone when it is to be like it', async () => {
    const { stdout } = await networkml(['sessions', printer, '--compat', 'nfstream', '--stats']);
    expect(stdout.split('\n')[0]?.split(',').length).toBe(77);
    const folder = join(directory, 'folder');
    mkdirSync(folder);
    copyFileSync(printer, join(folder, 'a.pcap'));
    expect((await networkml(['sessions', folder, '--compat', 'nfstream', '--stats'])).stdout).toBe(stdout);
  });
});
