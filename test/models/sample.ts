import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ArrayToWrite, ManifestToWrite } from '../../src/models/index.js';

/** A directory that goes away after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'networkml-test-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function sampleManifest(): ManifestToWrite {
  return {
    schema: 'networkml/bundle/v1',
    name: 'sample',
    version: '1.2.3',
    library: '0.1.0',
    roles: [
      { id: 'Printer', title: 'Printer', devices: 2, captures: 3, thin: true },
      { id: 'IpCamera', title: 'IP camera', group: 'consumer IoT', devices: 9, captures: 40, thin: false },
    ],
    classifiers: [
      {
        kind: 'one-layer',
        layout: 'port-protocol-4104/1',
        meta: { hidden: 3, names: ['a', null, true, { deep: [1.5] }] },
        arrays: { weights: 'one-layer.weights', columns: 'one-layer.columns' },
      },
    ],
    defaultClassifier: 'one-layer',
    behaviour: {
      views: [{ id: 'sess', layout: 'sess/1', meta: {}, arrays: { points: 'sess.points' } }],
      calibration: { tail: 0.25 },
    },
    unknownBelow: 0.5,
    temperature: 0.8,
    training: {
      captures: 43,
      devices: 11,
      seed: 7,
      digest: 'ab'.repeat(32),
      figures: { accuracy: 0.75 },
      options: { folds: 8 },
    },
  };
}

/** One array of each element type, of lengths that need padding between them. */
export function sampleArrays(): Map<string, ArrayToWrite> {
  return new Map<string, ArrayToWrite>([
    ['one-layer.weights', { data: Float32Array.of(0, -0, 1.5, Number.NaN, -1e30, 7), shape: [2, 3] }],
    ['one-layer.columns', { data: Uint32Array.of(1, 2 ** 32 - 1, 3) }],
    ['sess.points', { data: Float64Array.of(Math.PI, -1 / 3, 5e-324), shape: [1, 3] }],
    ['bytes', { data: Uint8Array.of(1, 2, 3, 255, 5) }],
    ['signed', { data: Int32Array.of(-1, 2 ** 31 - 1, -(2 ** 31)) }],
    ['nothing', { data: new Float32Array(0), shape: [0, 4] }],
  ]);
}
