import { describe, expect, it } from 'vitest';
import {
  bundleBlock,
  bundleTable,
  bundleVerdicts,
  byteSize,
  count,
  decimal,
  displayWidth,
  evaluationTable,
  percent,
  timeSpan,
} from '../../src/report/index.js';
import { bar } from '../../src/report/layout.js';
import type { BundleRecord } from '../../src/types.js';
import { sampleEvaluation, style } from './sample.js';

const ROLES = Array.from({ length: 18 }, (_, i) => `RoleNumber${'Xyz'.repeat(i % 5)}${i}`);

describe('an evaluation', () => {
  it('tells its figures', () => {
    const text = evaluationTable(sampleEvaluation(['Printer', 'IpCamera']), style(80));
    expect(text).toContain('evaluated      whole devices left out, 8 times, seed 1\n');
    expect(text).toContain('captures       1,526 of 108 devices, 2 could not be used\n');
    expect(text).toContain('accuracy       0.464\n');
    expect(text).toContain('device right   400 of 405 captures of one host, 106 of 121 of two\n');
    expect(text).toMatch(/^IP camera of the bundle +2 +10 +0\.500 +1\.000 +0\.250 +0\.333$/m);
  });

  it('draws the confusion matrix where it fits, true roles in rows', () => {
    const text = evaluationTable(sampleEvaluation(['Printer', 'IpCamera', 'Router']), style(80));
    expect(text).toMatch(/^ 2 IP camera of the bundle +· +100 +2$/m);
  });

  it('lists who was taken for whom where it does not fit', () => {
    const text = evaluationTable(sampleEvaluation(ROLES), style(80));
    expect(text).toContain('1,800 captures right; the others:\n');
    expect(text).toMatch(/^Role number5 taken for: 2 Role/m);
  });

  it.each([60, 80, 160])('stays within %i columns', (width) => {
    const lines = evaluationTable(sampleEvaluation(ROLES), style(width)).split('\n');
    const facts = lines.indexOf('');
    expect(lines.slice(facts).filter((line) => displayWidth(line) > Math.max(width, 68))).toEqual([]);
  });
});

describe('bundles', () => {
  const record: BundleRecord = {
    schema: 'networkml/bundle-info/v1',
    path: '/models/\u001b[2Jdefault',
    name: 'default',
    version: '1.0.0',
    sha256: 'ab'.repeat(32),
    intact: true,
    problem: null,
    roles: [{ id: 'IpCamera', title: 'IP camera', devices: 2, captures: 1500, thin: true }],
    classifiers: ['one-layer'],
    views: ['sess'],
    bytes: 335267,
  };
  const damaged = { ...record, intact: false, problem: 'array x is damaged' };

  it('are listed, shown and judged without escapes of theirs', () => {
    const text = [
      bundleTable([record, damaged], style(80)),
      bundleBlock(record, style(80)),
      bundleVerdicts([record, damaged], style(80)),
    ].join('\n');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/^default +1\.0\.0 +1 +one-layer +335 kB +intact +\/models\/\\x1b\[2Jdefault$/m);
    expect(text).toMatch(/^IP camera \(IpCamera\) +2 +1,500 +thin$/m);
    expect(text).not.toContain('hints');
    expect(bundleBlock({ ...record, hints: 67 }, style(80))).toMatch(
      /^ +hints +67 tokens of what devices say and names and makers are known for$/m,
    );
    expect(text).toMatch(/^damaged +default +.* +array x is damaged$/m);
  });
});

describe('a bar', () => {
  it.each([
    [0, ''],
    [1 / 16, '▌'],
    [0.5, '████'],
    [0.51, '████▏'],
    [0.99, '███████▉'],
    [1, '████████'],
    [7, '████████'],
  ])('for %d of eight columns', (share, text) => expect(bar(share, 8)).toBe(text));
});

describe('quantities', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
  ])('%d as %s', (value, text) => expect(count(value)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.0001, '<1 %'],
    [0.005, '1 %'],
    [0.5, '50 %'],
    [0.9999, '>99 %'],
    [1, '100 %'],
  ])('%d as %s', (value, text) => expect(percent(value)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [98765, '98.8 kB'],
    [999_950, '1.0 MB'],
    [335267, '335 kB'],
    [6e11, '600 GB'],
  ])('%d as %s', (value, text) => expect(byteSize(value)).toBe(text));

  it.each([
    [0, '0 s'],
    [0.0312, '0.031 s'],
    [2.04, '2 s'],
    [42.4, '42 s'],
    [119, '119 s'],
    [899.2, '15 min'],
    [7500, '2 h 5 min'],
    [7200, '2 h'],
    [273600, '3 d 4 h'],
  ])('%d s as %s', (value, text) => expect(timeSpan(value)).toBe(text));

  it('0.1 + 0.2 as 0.3', () => expect(decimal(0.1 + 0.2)).toBe('0.3'));
});
