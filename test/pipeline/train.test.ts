import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { evaluate, loadBundle, predict, type StepProgress, trainBundle } from '../../src/pipeline/index.js';
import { codeOf, errorOf } from '../support/read-all.js';
import { bytesOf, roleTraffic, testRoles, writeRoleCaptures } from '../support/role-captures.js';

const top = mkdtempSync(join(tmpdir(), 'networkml-test-'));
let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(top, String(count++));
  mkdirSync(folder);
});
afterAll(() => rmSync(top, { recursive: true }));

function filesOf(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name)).toString('base64')]),
  );
}

describe('training', () => {
  it('gives the same bytes for the same captures and seed, wherever they lie, and others for another seed', async () => {
    const [here, there] = [join(folder, 'a'), join(folder, 'b', 'c')];
    writeRoleCaptures(here);
    writeRoleCaptures(there);
    const outputs = ['one', 'two', 'three'].map((name) => join(folder, name));
    const first = await trainBundle([here], { output: outputs[0]!, seed: 5 });
    const second = await trainBundle([there], { output: outputs[1]!, seed: 5 });
    const third = await trainBundle([here], { output: outputs[2]!, seed: 6 });
    expect(filesOf(outputs[1]!)).toEqual(filesOf(outputs[0]!));
    expect(second.sha256).toBe(first.sha256);
    expect(third.sha256).not.toBe(first.sha256);
    expect(first).toMatchObject({ captures: 24, devices: 12, roles: 4, skipped: [] });
  });

  it('writes what it was made of into the bundle', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures);
    writeRoleCaptures(captures, ['Plc'], 5, 1);
    const output = join(folder, 'bundle');
    const steps: StepProgress[] = [];
    const summary = await trainBundle([captures], {
      output,
      seed: 2,
      name: 'site',
      version: '3.1.4',
      onProgress: (step) => steps.push(step),
    });
    const { bundle, roles } = await loadBundle(output);
    const { manifest } = bundle;
    expect(roles).toEqual(testRoles);
    expect(bundle.sha256).toBe(summary.sha256);
    expect([manifest.name, manifest.version]).toEqual(['site', '3.1.4']);
    expect(manifest.roles.map(({ id, devices, captures: n, thin }) => [id, devices, n, thin])).toEqual([
      ['MailServer', 3, 6, false],
      ['Plc', 5, 8, false],
      ['Printer', 3, 6, false],
      ['Workstation', 3, 6, false],
    ]);
    expect(manifest.training).toMatchObject({ captures: 26, devices: 14, seed: 2 });
    expect(manifest.training.figures).toEqual(summary.figures);
    expect(summary.figures.accuracy).toBeGreaterThan(0.8);
    expect(new Set(steps.map(({ step }) => step)).size).toBeGreaterThanOrEqual(3);
    for (const { done, total } of steps) expect(done).toBeLessThanOrEqual(total);
  });

  it('marks roles of one or two devices, and answers name them', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures, ['Plc', 'Workstation']);
    writeRoleCaptures(captures, ['Printer'], 1, 4);
    const output = join(folder, 'bundle');
    await trainBundle([captures], { output, seed: 1 });
    const record = await predict(bytesOf(roleTraffic('Printer', 0, 0)), { bundle: output });
    expect(record.role.label).toBe('Printer');
    expect(record.warnings).toContain('the role Printer was learnt from 1 device only');
    const other = await predict(bytesOf(roleTraffic('Plc', 0, 0)), { bundle: output });
    expect(other.warnings.join()).not.toMatch(/learnt from/);
  });

  it('leaves out captures it cannot use, each with a reason', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures);
    const bytes = bytesOf(roleTraffic('Plc', 1, 1));
    writeFileSync(join(captures, 'nameless.pcap'), bytes);
    writeFileSync(join(captures, 'trace_ab_2026-01-01.pcap'), bytes);
    writeFileSync(join(captures, 'Plc-unit1-Mon0000-a00.pcap'), bytes);
    writeFileSync(join(captures, 'Plc-unit1-Mon0000-n99.pcap'), bytes.slice(0, 24));
    writeFileSync(join(captures, 'README.md'), 'no capture');
    const { captures: used, skipped } = await trainBundle([captures], {
      output: join(folder, 'bundle'),
      seed: 1,
    });
    expect(used).toBe(24);
    const reasons = Object.fromEntries(
      skipped.map(({ file, reason }) => [file.slice(captures.length + 1), reason]),
    );
    expect(Object.keys(reasons).sort()).toEqual([
      'Plc-unit1-Mon0000-a00.pcap',
      'Plc-unit1-Mon0000-n99.pcap',
      'nameless.pcap',
      'trace_ab_2026-01-01.pcap',
    ]);
    expect(reasons['nameless.pcap']).toMatch(/name gives no role/);
    expect(reasons['Plc-unit1-Mon0000-a00.pcap']).toMatch(/abnormal/);
    expect(reasons['Plc-unit1-Mon0000-n99.pcap']).toMatch(/NML_NO_SESSIONS/);
  });

  it('refuses too few roles, no captures, and classifiers that it does not know', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures, ['Plc']);
    const output = join(folder, 'bundle');
    expect(await codeOf(() => trainBundle([captures], { output, seed: 1 }))).toBe('NML_TRAIN_DATA');
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const error = await errorOf(() => trainBundle([empty], { output, seed: 1 }));
    expect(error?.code).toBe('NML_TRAIN_DATA');
    expect(error?.message).toMatch(/no capture in this directory/);
    expect(await codeOf(() => trainBundle([captures], { output, seed: 1, classifier: 'crystal-ball' }))).toBe(
      'NML_MODEL_ROLE',
    );
    expect(readdirSync(folder)).not.toContain('bundle');
  });

  it('works with one device in every role: then nothing can be left out', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures, ['Plc', 'Printer'], 1, 2);
    const { figures } = await trainBundle([captures], { output: join(folder, 'bundle'), seed: 1 });
    expect(figures).toEqual({});
  });
});

describe('a label table', () => {
  it('outweighs the names, leaves out what it does not list, and gives roles, devices and addresses', async () => {
    const captures = join(folder, 'captures');
    const names = writeRoleCaptures(captures, ['Plc', 'Printer'], 2, 2);
    const lines = names
      .slice(1)
      .map((name, i) => `${name},${name.startsWith('Plc') ? 'Controller' : 'Copier'},box${i % 3},`);
    writeFileSync(
      join(captures, 'labels.csv'),
      ['file,role,device,anomaly', ...lines, `${names[0]},Plc,x,scanned`].join('\n'),
    );
    const output = join(folder, 'bundle');
    const summary = await trainBundle([captures], { output, seed: 1 });
    expect((await loadBundle(output)).roles).toEqual(['Controller', 'Copier']);
    expect(summary.captures).toBe(7);

    const other = join(folder, 'other.csv');
    writeFileSync(other, `file,role\n${names[0]},A\n${names[4]},B\n`);
    const second = await trainBundle([captures], { output, seed: 1, labels: other });
    expect([second.captures, second.devices]).toEqual([2, 2]);
  });

  it('that is broken is refused', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures, ['Plc', 'Printer'], 1, 1);
    const output = join(folder, 'bundle');
    expect(
      await codeOf(() => trainBundle([captures], { output, seed: 1, labels: join(folder, 'none.csv') })),
    ).toBe('NML_LABELS');
    writeFileSync(join(captures, 'labels.csv'), 'name,kind\n');
    expect(await codeOf(() => trainBundle([captures], { output, seed: 1 }))).toBe('NML_LABELS');
  });
});

describe('evaluation', () => {
  it('of a bundle and with devices left out', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures);
    const output = join(folder, 'bundle');
    await trainBundle([captures], { output, seed: 1 });
    const bundle = await loadBundle(output);
    const own = await evaluate([captures], { bundle, seed: 1, deviceFrom: 'traffic' });
    expect(own).toMatchObject({
      mode: 'bundle',
      folds: null,
      captures: 24,
      devices: 12,
      failed: 0,
      accuracy: 1,
      deviceChoice: null,
    });
    expect(own.warnings.join()).toMatch(/captures that the bundle was trained on/);
    const grouped = await evaluate([captures], { grouped: 3, seed: 1, deviceFrom: 'labels' });
    expect(grouped).toMatchObject({ mode: 'leave-devices-out', folds: 3, seed: 1, captures: 24 });
    expect(grouped.accuracy).toBeGreaterThan(0.8);
    expect(grouped.confusion.matrix.flat().reduce((a, b) => a + b, 0)).toBe(24);
  });

  it('tells how often the device was chosen rightly', async () => {
    const captures = join(folder, 'captures');
    const names = writeRoleCaptures(captures, ['Plc', 'Printer'], 2, 1);
    const table = names.map(
      (name, i) =>
        `${name},${name.split('-')[0]},${i},${i === 0 ? '10.0.0.77' : `10.0.${i % 2}.9`},${i === 1 ? 'yes' : 'no'}`,
    );
    writeFileSync(
      join(captures, 'devices.csv'),
      ['file,role,device,device_ip,two_host_capture', ...table].join('\r\n'),
    );
    const { deviceChoice, failed } = await evaluate([captures], {
      grouped: 2,
      seed: 1,
      deviceFrom: 'traffic',
    });
    expect(failed).toBe(0);
    expect(deviceChoice).toEqual({ oneHost: { right: 2, of: 3 }, twoHost: { right: 1, of: 1 } });
  });

  it('needs a bundle or folds, and captures of known roles', async () => {
    const captures = join(folder, 'captures');
    writeRoleCaptures(captures, ['Plc', 'Printer'], 1, 1);
    expect(await codeOf(() => evaluate([captures], { seed: 1, deviceFrom: 'traffic' }))).toBe('NML_USAGE');
    const output = join(folder, 'bundle');
    await trainBundle([captures], { output, seed: 1 });
    const others = join(folder, 'others');
    writeRoleCaptures(others, ['MailServer'], 1, 1);
    const bundle = await loadBundle(output);
    expect(await codeOf(() => evaluate([others], { bundle, seed: 1, deviceFrom: 'traffic' }))).toBe(
      'NML_TRAIN_DATA',
    );
  });
});
