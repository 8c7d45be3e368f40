import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { networkml, recordsIn, temporaryDirectory } from '../cli/run-cli.js';
import { rawRecords } from './slow-split.js';

const directory = temporaryDirectory();

/** Stands for the package: hands over frames in one burst, as libpcap does, and says so when it is closed. */
const FAKE = `
const { EventEmitter } = require('node:events');
const frame = Buffer.from('02000000000b02000000000a0800' + '45000021000000004011000009000001090000020001000200' + '0d0000' + '6869'.repeat(300), 'hex');
exports.Cap = class extends EventEmitter {
  open(device, filter, bytes, buffer) {
    if (device !== 'fake0') throw new Error(device + ': No such device exists');
    setTimeout(() => {
      for (let i = 0; i < 60000; i++) {
        frame.copy(buffer);
        this.emit('packet', frame.length, false);
      }
    }, 50);
    return 'ETHERNET';
  }
  close() {}
};`;
mkdirSync(join(directory, 'modules/cap'), { recursive: true });
writeFileSync(join(directory, 'modules/cap/index.js'), FAKE);
const env = { NODE_PATH: join(directory, 'modules') };

it('packets of the package cap are captured; those beyond the buffer are counted', async () => {
  const to = join(directory, 'out');
  const words = [
    'capture',
    '-i',
    'fake0',
    '--driver',
    'cap',
    '--split-dir',
    to,
    '--duration',
    '1',
    '--snaplen',
    '512',
  ];
  const { code, stdout } = await networkml(words, { env });
  expect(code).toBe(0);
  const records = recordsIn(stdout);
  const live = records.at(-1) as { packets: number; drops: { kernel: null; evicted: number } };
  expect(live).toMatchObject({ driver: 'cap', drops: { kernel: null } });
  expect(live.drops.evicted).toBeGreaterThan(0);
  expect(live.packets + live.drops.evicted).toBe(60_000);
  const [capture] = records as { file: string; device: { mac: string } }[];
  expect(capture?.device.mac).toBe('02:00:00:00:00:0a');
  const kept = rawRecords(capture?.file ?? '').records;
  expect(kept).toHaveLength(live.packets);
  expect(kept[0]).toMatchObject({ wireBytes: 642 });
  expect(kept[0]?.frame).toHaveLength(2 * 512);
});

it('an interface that it cannot open, and the package that is not there, are told', async () => {
  const none = await networkml(['capture', '-i', 'fake1', '--driver', 'cap', '--predict'], { env });
  expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('[NML_CAPTURE_INTERFACE]')]);
  const absent = await networkml(['capture', '-i', 'fake0', '--driver', 'cap', '--predict']);
  expect([absent.code, absent.stderr]).toEqual([3, expect.stringContaining('cap is not installed')]);
});
