import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PredictionRecord } from '../../src/types.js';
import { desktop, examples, networkml, printer, recordsIn, temporaryDirectory } from './run-cli.js';
import { expectSchema } from './schema.js';

const directory = temporaryDirectory();
const notCapture = join(directory, 'sensor.pcap');
writeFileSync(notCapture, '{"type":"sensor"}');
const missing = join(directory, 'missing.pcap');

describe('records', () => {
  it('are NDJSON on a pipe, in the order of the inputs, as the schemas say', async () => {
    const { code, stdout, stderr } = await networkml(['predict', desktop, notCapture, missing, printer]);
    const records = recordsIn(stdout);
    expect(records.map((record) => (record.capture as { file: string }).file)).toEqual([
      desktop,
      notCapture,
      missing,
      printer,
    ]);
    expectSchema('prediction-v1', records[0]);
    expectSchema('error-v1', records[1]);
    expectSchema('error-v1', records[2]);
    expectSchema('prediction-v1', records[3]);
    expect(records[1]).toMatchObject({
      error: { code: 'NML_PCAP_MAGIC', message: expect.stringContaining('not a capture: starts with 7b 22') },
    });
    expect(code).toBe(5);
    const said = stderr.trimEnd().split('\n');
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(
      /sensor\.pcap: .*not a capture: starts with 7b 22 .*; networkml reads .* \[NML_PCAP_MAGIC\]$/,
    );
    expect(said[1]).toContain('[NML_INPUT_NOT_FOUND]');
  });

  it('are the same from several threads', async () => {
    const words = ['predict', examples, notCapture, printer, missing, desktop];
    const one = await networkml([...words, '--jobs', '1']);
    const three = await networkml([...words, '--jobs', '3']);
    expect(three).toEqual(one);
    expect(recordsIn(one.stdout)).toHaveLength(10);
  });

  it('are the same from standard input', async () => {
    const [file] = recordsIn((await networkml(['predict', printer])).stdout);
    const [input] = recordsIn((await networkml(['predict', '-'], { input: readFileSync(printer) })).stdout);
    const strip = ({ capture, ...rest }: Record<string, unknown>) => ({
      ...rest,
      capture: { ...(capture as object), file: null, name: null },
    });
    expect(strip(input!)).toEqual(strip(file!));
    expect(input).toMatchObject({ capture: { file: '-' } });
  });

  it('of a directory are those of its captures, sorted', async () => {
    const { code, stdout } = await networkml(['predict', examples]);
    const names = readdirSync(examples)
      .filter((name) => name.endsWith('.pcap'))
      .sort();
    expect(code).toBe(0);
    expect(recordsIn(stdout).map((record) => (record.capture as { file: string }).file)).toEqual(
      names.map((name) => join(examples, name)),
    );
  });

  it('say what the device says of itself with --hints, rest on it, and know nothing of it without', async () => {
    const [bare] = recordsIn((await networkml(['predict', printer])).stdout);
    const [said] = recordsIn((await networkml(['predict', '--hints', printer])).stdout);
    const { hints, role, model, ...rest } = said as unknown as PredictionRecord;
    expect(bare).toMatchObject(JSON.parse(JSON.stringify(rest)));
    expect(bare?.hints).toBeUndefined();
    expect(model).toEqual({ ...(bare?.model as object), classifier: 'ensemble+hints' });
    expect(role.label).toBe('Printer');
    expect(role.why.map(({ feature }) => feature)).toContain('has a maker known for printers');
    const first = (bare as unknown as PredictionRecord).role;
    expect(role.confidence).toBeGreaterThan(first.confidence);
    expect(role.nearest).toEqual(first.nearest);
    expect(hints).toContainEqual({ kind: 'mdns-offers', text: '_printer._tcp', count: 3 });
    const table = await networkml(['predict', '--hints', printer, '--format', 'table']);
    expect(table.stdout).toMatch(/says +mdns-asks: _http\._tcp, _printer\._tcp/);
    const page = await networkml(['predict', '--hints', printer, '--format', 'html']);
    expect(page.stdout).toMatch(/<dt>says<\/dt><dd>(.*<br>)?mdns-asks: _http\._tcp, _printer\._tcp/);
  });

  it('obey --device and --role', async () => {
    const { stdout } = await networkml(['predict', printer, '--role', 'Rtu', '--device', '10.77.10.63']);
    expect(recordsIn(stdout)[0]).toMatchObject({
      device: { chosenBy: 'option', addresses: expect.arrayContaining(['10.77.10.63']) },
      anomaly: { role: 'Rtu' },
    });
  });

  it('of a file whose name starts with a dash come after --', async () => {
    copyFileSync(printer, join(directory, '--odd.pcap'));
    const { code, stdout } = await networkml(['predict', '--', '--odd.pcap'], { cwd: directory });
    expect(code).toBe(0);
    expect(recordsIn(stdout)[0]).toMatchObject({ capture: { file: '--odd.pcap' } });
  });
});

describe('answers by device', () => {
  const copy = join(directory, 'again.pcap');
  copyFileSync(printer, copy);

  it('are one record for each, behind those of captures that failed', async () => {
    const { code, stdout } = await networkml(['predict', '--by-device', printer, notCapture, desktop, copy]);
    const [failed, ...devices] = recordsIn(stdout);
    expectSchema('error-v1', failed);
    for (const device of devices) expectSchema('device-summary-v1', device);
    expect(devices.map(({ captures }) => captures)).toEqual([2, 1]);
    const [alone] = recordsIn((await networkml(['predict', printer])).stdout) as unknown as [
      PredictionRecord,
    ];
    expect(devices[0]).toMatchObject({
      device: { mac: alone.device.mac, addresses: alone.device.addresses },
      role: { label: 'Printer', confidence: alone.role.confidence, top: alone.role.top },
      firstPacket: alone.capture.firstPacket,
    });
    expect(code).toBe(5);
  });

  it('are a table and CSV, and no other format', async () => {
    const words = ['predict', '--by-device', printer, desktop, copy, notCapture];
    const table = (await networkml([...words, '--format', 'table'])).stdout;
    expect(table).toMatch(/^role +captures +behaviour +address +maker$/m);
    expect(table).toMatch(/^Printer +\S+ % {2,}2 {2}/m);
    expect(table).toMatch(/^2 devices in 3 captures, 1 failed$/m);
    const lines = (await networkml([...words, '--format', 'csv'])).stdout.trimEnd().split('\r\n');
    expect(lines).toHaveLength(4);
    const cells = lines.map((line) => line.replaceAll(/"(?:[^"]|"")*"/g, '').split(',').length);
    expect(new Set(cells).size).toBe(1);
    const output = join(directory, 'devices.html');
    const refused = await networkml([...words, '--format', 'html', '-o', output]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--by-device has no format html; there are: table, json, ndjson, csv');
    expect(readdirSync(directory).filter((name) => name.includes('devices.html'))).toEqual([]);
  });
});

describe('formats', () => {
  const run = (format: string) => networkml(['predict', printer, notCapture, desktop, '--format', format]);

  it('json is one array', async () => {
    const records = JSON.parse((await run('json')).stdout) as Record<string, unknown>[];
    expect(records.map((record) => record.schema)).toEqual([
      'networkml/prediction/v1',
      'networkml/error/v1',
      'networkml/prediction/v1',
    ]);
  });

  it('csv has a line for each', async () => {
    const lines = (await run('csv')).stdout.split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[2]).toContain('NML_PCAP_MAGIC');
  });

  it('html is one page', async () => {
    const { stdout } = await run('html');
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(stdout.match(/<article>/g)).toHaveLength(3);
  });

  it('legacy is a message for each', async () => {
    const messages = recordsIn((await run('legacy')).stdout);
    expect(messages.map((message) => message.type)).toEqual(['metadata', 'metadata', 'metadata']);
    expect(messages[0]).toMatchObject({
      data: { 'Printer-lab0001print1-Tue1215-135-n00': { valid: true, source_mac: '30:05:5c:8d:9a:14' } },
    });
  });

  it('table leaves errors to standard error', async () => {
    const { stdout, stderr } = await run('table');
    expect(stdout).toContain('  device     10.77.20.172');
    expect(stdout).toMatch(/\n3 captures: .*1 failed\n$/);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('NML_');
    expect(stderr).toMatch(/\[NML_PCAP_MAGIC\]\n$/);
  });
});

describe('exit codes', () => {
  it.each([
    [0, [printer]],
    [2, [printer, '--role', 'Toaster']],
    [2, [printer, '--classifier', 'oracle']],
    [2, [printer, '--device', 'somebody']],
    [3, [missing]],
    [3, [notCapture, missing]],
    [3, [printer, '--device', '203.0.113.7']],
    [4, [printer, '--bundle', directory]],
    [4, [printer, '--bundle', join(directory, 'no-bundle')]],
    [5, [missing, printer]],
    [10, [desktop, '--role', 'Rtu', '--fail-on', 'anomalous']],
    [10, [desktop, missing, '--role', 'Rtu', '--fail-on', 'unknown,anomalous']],
    [0, [desktop, '--role', 'Rtu']],
  ])('%i: %j', async (expected, words) => {
    const { code, stderr } = await networkml(['predict', ...words]);
    expect(code).toBe(expected);
    expect(stderr === '').toBe(expected === 0 || (expected === 10 && !words.includes(missing)));
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^$|\[NML_[A-Z_]+\]$/);
  });

  it('11: an unknown device, when that is asked for', async () => {
    const { stdout } = await networkml(['predict', examples]);
    const unknown = recordsIn(stdout).filter(({ role }) => (role as { label: string }).label === 'Unknown');
    expect(unknown.length).toBeGreaterThan(0);
    const { file } = unknown[0]!.capture as { file: string };
    expect((await networkml(['predict', file, '--fail-on', 'unknown'])).code).toBe(11);
    expect((await networkml(['predict', file])).code).toBe(0);
  });

  it('say nothing with --quiet, and show a stack only with --debug', async () => {
    expect((await networkml(['predict', missing, '--quiet'])).stderr).toBe('');
    expect((await networkml(['predict', missing])).stderr).not.toContain('    at ');
    expect((await networkml(['predict', missing, '--debug'])).stderr).toContain('    at ');
    const { stderr } = await networkml(['predict', printer, '--bundle', 'nope'], {
      env: { NETWORKML_DEBUG: '1' },
    });
    expect(stderr).toMatch(/^nope: neither .* \[NML_MODEL_MISSING\]\nNetworkmlError: [\s\S]* {4}at /);
  });

  it('3 for a directory without a capture', async () => {
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    const { code, stderr } = await networkml(['predict', empty]);
    expect(code).toBe(3);
    expect(stderr).toContain('[NML_INPUT_EMPTY]');
  });
});

it('no name of a file acts on a terminal', async () => {
  const evil = join(directory, 'a\u001b]0;owned\u0007\u001b[2J\nb.pcap');
  writeFileSync(evil, 'nothing');
  copyFileSync(printer, join(directory, 'c\u001b[31m.pcap'));
  const words = ['predict', evil, join(directory, 'c\u001b[31m.pcap'), '--format', 'table', '-v', '--debug'];
  const { stdout, stderr } = await networkml(words);
  expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u);
  expect(stderr).toContain('a\\x1b]0;owned');
  expect(stdout).toContain('c\\x1b[31m.pcap');
});

describe('packets', () => {
  const share = join(examples, 'DistrFileShare-lab0001files1-Tue1215-136-n00.pcap');

  it('are those that --filter takes, and --explain-skipped lists the others with their frame numbers', async () => {
    const { code, stdout, stderr } = await networkml([
      'predict',
      share,
      '--filter',
      'port 445',
      '--explain-skipped',
    ]);
    expect(code).toBe(0);
    const [record] = recordsIn(stdout) as unknown as PredictionRecord[];
    const skipped = Object.values(record!.capture.skipped).reduce((sum, count) => sum + count, 0);
    const lines = stderr.split('\n').filter((line) => line.startsWith(share));
    expect(lines.length).toBe(skipped);
    expect(record!.capture.skipped.filtered).toBeGreaterThan(0);
    expect(record!.sessions.total).toBeGreaterThan(0);
    const numbers = lines.map((line) => Number(line.split('\t')[1]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(lines.every((line) => /\t(?:filtered|non-ip)$/.test(line))).toBe(true);
  });

  it('end with 2 and the place of the mistake when the filter is wrong', async () => {
    const { code, stderr } = await networkml(['predict', share, '--filter', 'port 80 adn tcp']);
    expect(code).toBe(2);
    expect(stderr).toContain('filter "port 80 adn tcp", character 9: ');
    expect(stderr).toContain('at "adn tcp"');
  });
});
