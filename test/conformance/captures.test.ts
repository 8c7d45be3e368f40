import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, type LoadedBundle, loadBundle, predict, trainBundle } from '../../src/pipeline/index.js';
import { capturesIn, devices, hasShared, shared, someDeviceCaptures } from '../support/shared.js';
import { shuffledCapture } from '../support/shuffled-capture.js';

const shipped = join(import.meta.dirname, '..', '..', 'models', 'default');

describe.runIf(hasShared)('real captures', () => {
  let folder: string;
  let bundle: LoadedBundle;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
    if (!existsSync(join(shipped, 'manifest.json')))
      await trainBundle([devices], { output: join(folder, 'bundle'), seed: 0 });
    bundle = await loadBundle(existsSync(join(shipped, 'manifest.json')) ? shipped : join(folder, 'bundle'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('of 526 devices and 67 attacks are all predicted', async () => {
    const files = [...capturesIn(devices), ...capturesIn(join(devices, 'anomalies'))];
    expect(files.length).toBe(526 + 67);
    const verdicts = new Map<string, number>();
    for (const file of files) {
      const record = await predict(file, { bundle });
      expect(record.capture.packets, file).toBeGreaterThan(0);
      expect(record.sessions.total, file).toBeGreaterThan(0);
      expect(record.role.top.length).toBe(3);
      expect(record.capture.truncated).toBe(false);
      const kind = `${file.includes('/anomalies/') ? 'attack' : 'device'} ${record.anomaly.verdict}`;
      verdicts.set(kind, (verdicts.get(kind) ?? 0) + 1);
    }
    console.log(
      `predicted ${files.length} captures: ${JSON.stringify(Object.fromEntries([...verdicts].sort()))}`,
    );
  });

  it('are about the device that was chosen, in 97 of 100 with one host', async () => {
    const { deviceChoice, failed } = await evaluate([devices], { bundle, seed: 0, deviceFrom: 'traffic' });
    expect(failed).toBe(0);
    const { oneHost, twoHost } = deviceChoice!;
    expect(oneHost.of + twoHost.of).toBe(526);
    console.log(
      `device choice: one host ${oneHost.right} of ${oneHost.of}, two hosts ${twoHost.right} of ${twoHost.of}`,
    );
    expect(oneHost.right / oneHost.of).toBeGreaterThanOrEqual(0.97);
  });

  it('give the same prediction under any other name', async () => {
    const roles = ['Printer', 'Workstation', 'Toaster'];
    for (const [i, file] of someDeviceCaptures(60, 11).entries()) {
      const { capture: before, ...expected } = await predict(file, { bundle });
      const { capture: after, ...renamed } = await predict(file, {
        bundle,
        name: `${roles[i % 3]}-other-Mon0000-n00.pcap`,
      });
      expect(renamed, basename(file)).toEqual(expected);
      expect({ ...after, file: '', name: null }).toEqual({ ...before, file: '', name: null });
    }
  });

  it('give the same role and confidences with other addresses of the same classes', async () => {
    for (const [i, file] of someDeviceCaptures(60, 12).entries()) {
      const bytes = new Uint8Array(readFileSync(file));
      const shuffled = shuffledCapture(bytes, i);
      expect(Buffer.compare(shuffled, bytes)).not.toBe(0);
      const before = await predict(bytes, { bundle });
      const after = await predict(shuffled, { bundle });
      expect(after.role, basename(file)).toEqual(before.role);
      expect(after.sessions, basename(file)).toEqual(before.sessions);
      expect(after.device.addresses.length).toBe(before.device.addresses.length);
    }
  });

  it('of the original program can be read', async () => {
    const files = capturesIn(join(shared, 'oracle', 'networkml', 'pcaps'));
    expect(files.length).toBe(8);
    for (const file of files) {
      const record = await predict(file, { bundle });
      expect(record.capture.packets, file).toBeGreaterThan(0);
      expect(record.capture.truncated, file).toBe(false);
    }
  });
});
