import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeRoleCaptures } from '../support/role-captures.js';
import { networkml, recordsIn, temporaryDirectory } from './run-cli.js';
import { expectSchema } from './schema.js';

const directory = temporaryDirectory();
const captures = join(directory, 'captures');
writeRoleCaptures(captures, ['Plc', 'Printer', 'Workstation'], 4, 1);
const common = [captures, '--classifier', 'one-layer'];

describe('evaluate', () => {
  it('leaves out, studies and controls what it is asked to', async () => {
    const words = [
      '--with',
      'unknown-roles,learning-curve',
      '--control',
      'shuffle,addresses',
      '--grouped',
      '2',
    ];
    const { code, stdout, stderr } = await networkml(['evaluate', ...common, ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [record] = recordsIn(stdout);
    expectSchema('evaluation-v1', record);
    expect(record).toMatchObject({
      mode: 'leave-devices-out',
      folds: 2,
      unknownRoles: { roles: [{ role: 'Plc' }, { role: 'Printer' }, { role: 'Workstation' }] },
      learningCurve: [{ devices: 1 }, { devices: 2 }, { devices: 3 }, { devices: null }],
      controls: [
        { kind: 'shuffle', passed: true },
        { kind: 'addresses', captures: 12, changed: 0, passed: true },
      ],
    });
  });

  it('leaves out families, and captures with a warning', async () => {
    const family = await networkml(['evaluate', ...common, '--by', 'family', '--family-of', '[0-3]$']);
    const [record] = recordsIn(family.stdout);
    expect(record).toMatchObject({ mode: 'leave-families-out', folds: 4, controls: [], unknownRoles: null });
    const single = await networkml(['evaluate', ...common, '--by', 'capture', '--grouped', '3']);
    expect(recordsIn(single.stdout)[0]).toMatchObject({
      mode: 'leave-captures-out',
      warnings: [expect.stringContaining('say nothing about devices never seen')],
    });
    expect(record).not.toHaveProperty('knownDevices');
  });

  it('counts captures of known devices where captures are left out', async () => {
    const twice = join(directory, 'twice');
    writeRoleCaptures(twice, ['Plc', 'Printer'], 2, 2);
    const words = [twice, '--classifier', 'one-layer', '--by', 'capture', '--grouped', '4'];
    const { stdout, stderr, code } = await networkml(['evaluate', ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [record] = recordsIn(stdout);
    expectSchema('evaluation-v1', record);
    expect(record).toMatchObject({
      captures: 8,
      devices: 4,
      knownDevices: { captures: 8, devices: 4, right: 8, withinThree: 8, roleBalancedRecall: 1 },
    });
    const none = await networkml(['evaluate', ...common, '--by', 'family']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('--family-of [NML_LABELS]');
  });

  it('says why there is nothing to evaluate', async () => {
    for (const words of [[], ['--grouped', '2']]) {
      const { code, stdout, stderr } = await networkml(['evaluate', join(directory, 'nowhere'), ...words]);
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(
        /^no labelled capture: .*nowhere: no such file or directory;.*\[NML_TRAIN_DATA\]\n$/,
      );
    }
  });

  it('controls a bundle as it is, and draws a page', async () => {
    const page = join(directory, 'page.html');
    const words = ['--bundle', 'default', '--control', 'addresses', '--format', 'html', '-o', page];
    const { code } = await networkml(['evaluate', ...common, ...words]);
    expect(code).toBe(0);
    const text = readFileSync(page, 'utf8');
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).toContain('A bundle as it is.');
    expect(text).toContain('addresses and names of 12 captures exchanged: no vector changed');
  });
});
