/** Captures and results that lie beside the repository on machines that have them. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { testRandom } from './random.js';

export const shared = resolve('../shared');
export const hasShared = existsSync(shared);
export const devices = join(shared, 'data', 'devices');

/** Full paths of the captures that lie in a folder itself, sorted. */
export function capturesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Some of the device captures, the same ones every time. */
export function someDeviceCaptures(count: number, seed: number): string[] {
  return testRandom(seed).shuffled(capturesIn(devices)).slice(0, count).sort();
}
