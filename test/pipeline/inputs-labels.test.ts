import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expandInputs } from '../../src/pipeline/index.js';
import { findLabelTable, readLabelTable } from '../../src/pipeline/labels.js';
import { parseCsv } from '../../src/tables/index.js';
import { fileForms, fileOf, gzipped } from '../support/capture-files.js';
import { codeOf } from '../support/read-all.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function inputsOf(...paths: string[]): string[] {
  return [...expandInputs(paths)].map((input) =>
    'error' in input ? `${input.error.code} ${input.path}` : input.path,
  );
}

describe('inputs', () => {
  it('of a directory are its captures to the bottom, by their first bytes, sorted', () => {
    const top = join(folder, 'top');
    mkdirSync(join(top, 'm', 'deep'), { recursive: true });
    const expected: string[] = [];
    [...fileForms.values()].forEach((build, i) => {
      const path = join(top, i % 2 === 0 ? 'm' : 'm/deep', `f${i}.any`);
      writeFileSync(path, fileOf(build([])));
      expected.push(path);
    });
    const write = (name: string, bytes: Uint8Array | string, isCapture: boolean): void => {
      writeFileSync(join(top, name), bytes);
      if (isCapture) expected.push(join(top, name));
    };
    const packed = gzipped(fileOf(fileForms.get('classic, patched')!([])));
    write('z.pcap', fileOf(fileForms.get('pcapng, big-endian')!([])), true);
    write('a.pcap.gz', packed, true);
    write('b.PCAPNG.GZ', packed, true);
    write('notes.txt', 'not a capture', false);
    write('fake.pcap', 'not a capture either', false);
    write('short.pcap', Uint8Array.of(0xa1, 0xb2), false);
    write('logs.gz', packed, false);
    symlinkSync(join(top, 'z.pcap'), join(top, 'link.pcap'));
    symlinkSync(top, join(top, 'loop'));
    expect(inputsOf(top).sort()).toEqual([...expected].sort());
    const names = inputsOf(top);
    expect(names.filter((path) => path.startsWith(`${top}/m/`)).length).toBe(fileForms.size);
    expect(names.indexOf(join(top, 'a.pcap.gz'))).toBe(0);
    expect(names.at(-1)).toBe(join(top, 'z.pcap'));
    expect(inputsOf(top)).toEqual(names);
  });

  it('keep the order in which they were named, standard input among them', () => {
    const one = join(folder, 'one.bin');
    const two = join(folder, 'two.bin');
    writeFileSync(one, 'x');
    writeFileSync(two, 'y');
    // Files that are named are taken as they are: what is wrong with them shows when they are read.
    expect(inputsOf(two, '-', one)).toEqual([two, '-', one]);
  });

  it('that are missing or empty come as errors in their place', () => {
    const one = join(folder, 'one2.bin');
    writeFileSync(one, 'x');
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const missing = join(folder, 'missing');
    expect(inputsOf(missing, one, empty, join(one, 'below'))).toEqual([
      `NML_INPUT_NOT_FOUND ${missing}`,
      one,
      `NML_INPUT_EMPTY ${empty}`,
      `NML_INPUT_NOT_FOUND ${join(one, 'below')}`,
    ]);
  });

  it('are looked for only when they are asked for', () => {
    const inputs = expandInputs([folder, join(folder, 'missing')]);
    expect(inputs.next().done).toBe(false);
    chmodSync(folder, 0o755);
  });
});

describe('CSV', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['\ufeffa\n', [['a']]],
    ['"a, b","say ""hi""","two\nlines"\n', [['a, b', 'say "hi"', 'two\nlines']]],
    [
      'a,,\n\n\r\n,b\n',
      [
        ['a', '', ''],
        ['', 'b'],
      ],
    ],
    ['it"s,5" wide', [['it"s', '5" wide']]],
    ['', []],
  ])('%j', (text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });
});

describe('label tables', () => {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('give role, device, address and MAC by the base name of the file', () => {
    const path = write(
      'full.csv',
      'Device_MAC, FILE ,role,device,device_ip,two_host_capture,anomaly,family,site,implementation,origin,composite\n' +
        '00:11:22:33:44:55,x/y/a.pcap,Printer,Hp1,10.0.0.1,yes,,HP,north,cups,lab,\n' +
        ',b.pcap, Plc ,,,no,\n' +
        ',c.pcap,Plc,P1,,,port scan,,south,,,yes\n' +
        ',d.pcap,,P1,,,\n' +
        ',,Plc,P1,,,\n' +
        ',e.pcap,Plc\n',
    );
    const { labels, attacks } = readLabelTable(path);
    const nothing = {
      device: null,
      address: null,
      mac: null,
      family: null,
      site: null,
      implementation: null,
      origin: null,
      anomaly: null,
      composite: false,
    };
    expect([...labels]).toEqual([
      [
        'a.pcap',
        {
          role: 'Printer',
          device: 'Hp1',
          address: '10.0.0.1',
          mac: '00:11:22:33:44:55',
          twoHost: true,
          family: 'HP',
          site: 'north',
          implementation: 'cups',
          origin: 'lab',
          anomaly: null,
          composite: false,
        },
      ],
      ['b.pcap', { ...nothing, role: 'Plc', twoHost: false }],
      ['e.pcap', { ...nothing, role: 'Plc', twoHost: null }],
    ]);
    const scan = { role: 'Plc', device: 'P1', site: 'south', anomaly: 'port scan', composite: true };
    expect([...attacks]).toEqual([['c.pcap', { ...nothing, ...scan, twoHost: null }]]);
  });

  it('must be readable and have the two columns', async () => {
    expect(await codeOf(() => readLabelTable(join(folder, 'nowhere.csv')))).toBe('NML_LABELS');
    expect(await codeOf(() => readLabelTable(write('bad.csv', 'file,kind\n')))).toBe('NML_LABELS');
    expect(await codeOf(() => readLabelTable(write('none.csv', '')))).toBe('NML_LABELS');
  });

  it('are found in the first directory that has one', () => {
    const [a, b] = [join(folder, 'la'), join(folder, 'lb')];
    mkdirSync(a);
    mkdirSync(b);
    expect(findLabelTable([a, b, join(folder, 'missing')])).toBeUndefined();
    writeFileSync(join(b, 'devices.csv'), '');
    expect(findLabelTable([a, b])).toBe(join(b, 'devices.csv'));
    writeFileSync(join(b, 'labels.csv'), '');
    expect(findLabelTable([a, b])).toBe(join(b, 'labels.csv'));
    expect(findLabelTable([join(b, 'labels.csv')])).toBeUndefined();
  });
});
