/** Made-up behaviour units for tests. */
import type { CaptureUnits, LabelledCapture } from '../../src/anomaly/index.js';
import {
  admNumberCount,
  contactNumberCount,
  createSessUnits,
  netNumberCount,
  type SessUnits,
  sessNumberCount,
} from '../../src/features/index.js';
import { testRandom } from './slow-sos.js';

export interface UnitRow {
  kind?: number;
  service?: number;
  bin?: number;
  sessionRow?: number;
  numbers?: number[];
}

export function unitsOf(rows: UnitRow[]): SessUnits {
  const units = createSessUnits(rows.length);
  rows.forEach(({ kind = 0, service = 443, bin = 0, sessionRow, numbers = [] }, i) => {
    units.kind[i] = kind;
    units.service[i] = service;
    units.bin[i] = bin;
    units.sessionRow[i] = sessionRow ?? i;
    units.numbers.set(numbers.slice(0, sessNumberCount), i * sessNumberCount);
    units.count++;
    units.met++;
  });
  return units;
}

/** Units of a capture of which only the sessions are known. */
export function sessOnly(rows: UnitRow[]): CaptureUnits {
  return withSess(unitsOf(rows));
}

/** The same from units. */
export function withSess(sess: SessUnits): CaptureUnits {
  const none = { count: 0, numbers: new Float32Array(0), bin: new Uint32Array(0) };
  return {
    sess,
    net: { ...none, columns: netNumberCount, window: new Uint32Array(0) },
    adm: { ...none, columns: admNumberCount, peers: [] },
    contacts: { ...none, columns: contactNumberCount, peers: [] },
  };
}

/** Sessions of a device that asks names and fetches pages, with some spread. */
export function ordinaryRows(seed: number, count: number, bins = 1): UnitRow[] {
  const next = testRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const web = next() < 0.6;
    const size = web ? 6 + next() * 2 : 4 + next() * 0.5;
    const numbers = [
      web ? 1 : 0,
      0,
      1 + next(),
      1 + next(),
      size,
      size + next(),
      next() * 3,
      0.3,
      0.4 + next() * 0.2,
    ];
    numbers.push(0, 0, 0, 0, size - 0.5, size, -next());
    return { kind: web ? 0 : 1, service: web ? 443 : 53, bin: Math.floor((i * bins) / count), numbers };
  });
}

/** Sessions that nobody in the role ever had: a service of its own, and a hundred times the bytes. */
export function strangeRows(count: number, bin = 0): UnitRow[] {
  return Array.from({ length: count }, () => ({
    kind: 0,
    service: 6667,
    bin,
    numbers: [1, 0, 6, 1, 14, 3, 9, 4, 0.2, 0, 0, 1, 0, 14, 2, 11],
  }));
}

/** Captures of several roles, each with several devices of several captures. */
export function labelledCaptures(roles: string[], devices: number, perDevice: number): LabelledCapture[] {
  return roles.flatMap((role, r) =>
    Array.from({ length: devices * perDevice }, (_, i) => ({
      role,
      device: `${role}-${i % devices}`,
      units: sessOnly(ordinaryRows(1000 * (r + 1) + i, 12 + (i % 5), 1 + (i % 3))),
    })),
  );
}
