import { describe, expect, it } from 'vitest';
import { controlText, evaluatedHow } from '../../src/report/evaluation.js';
import {
  barChart,
  confusionChart,
  coverageChart,
  learningChart,
  reliabilityChart,
} from '../../src/report/evaluation-charts.js';
import { evaluationHtml, evaluationTable } from '../../src/report/index.js';
import type { EvaluationRecord } from '../../src/types.js';
import { sampleEvaluation } from './sample.js';

const titles = new Map([['Printer', 'Printer <b>"&\'']]);
const evil = '<script>alert(1)</script>\u202e"';

function full(changes: Partial<EvaluationRecord> = {}): EvaluationRecord {
  return {
    ...sampleEvaluation(['Printer', 'IpCamera', evil]),
    unknownRoles: {
      areaUnderRoc: 0.875,
      roles: [{ role: 'Printer', captures: 20, areaUnderRoc: 0.9 }],
    },
    learningCurve: [
      { devices: 1, roleBalancedRecall: 0.3, roleBalancedTop3: 0.5 },
      { devices: null, roleBalancedRecall: 0.6, roleBalancedTop3: 0.8 },
    ],
    controls: [
      { kind: 'shuffle', recalls: [0.05, 0.07], chance: 0.0625, allowance: 0.04, passed: true },
      { kind: 'addresses', captures: 526, changed: 1, firstChanged: `a/${evil}.pcap`, passed: false },
    ],
    ...changes,
  };
}

/** Elements that are opened and closed in their order; void ones have no end. */
function unbalanced(html: string): string | undefined {
  const open: string[] = [];
  for (const [, slash, name, selfClosed] of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(\/?)>/g)) {
    if (selfClosed === '/' || name === 'meta' || name === 'br') continue;
    if (slash === '') open.push(name!);
    else if (open.pop() !== name) return `${name} closes what is not open`;
  }
  return open.length === 0 ? undefined : `${open.join(' ')} stays open`;
}

describe('the page of an evaluation', () => {
  const page = evaluationHtml(full(), titles);

  it('needs nothing else and runs nothing', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<link|<img|https?:|url\(|@import|\bon[a-z]+=/);
    expect(page).toContain('prefers-color-scheme: dark');
    expect(unbalanced(page.replace('<!doctype html>', ''))).toBeUndefined();
  });

  it('shows texts from outside as texts', () => {
    expect(page).toContain('Printer &lt;b&gt;&quot;&amp;&#39;');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}');
    expect(page).not.toContain('\u202e');
  });

  it('has a picture for each part that is there', () => {
    expect(page.match(/<svg /g)).toHaveLength(6);
    expect(page.match(/<svg [^>]*role="img" aria-label="[^"]+"/g)).toHaveLength(6);
    const plain = evaluationHtml(full({ unknownRoles: null, learningCurve: null, controls: [] }), titles);
    expect(plain.match(/<svg /g)).toHaveLength(4);
    expect(plain).not.toContain('Controls');
    expect(evaluationHtml(sampleEvaluation([]), titles)).not.toContain('Infinity');
  });

  it('says the figures, and which control failed', () => {
    expect(page).toContain('<b>0.509</b>');
    expect(page).toContain(
      '<strong class="passed">Passed</strong> roles dealt out anew 2 times: recall 0.06,',
    );
    expect(page).toContain('<strong class="failed">Failed</strong> addresses and names of 526 captures');
  });
});

describe('pictures', () => {
  it('draw bars as long as their shares', () => {
    const drawn = barChart([{ label: 'a', share: 0.5, behind: 1, note: '' }], 'about');
    const [pale, dark] = [...drawn.matchAll(/class="(?:pale|full)"[^>]* width="([\d.]+)"/g)].map((m) =>
      Number(m[1]),
    );
    expect(dark! / pale!).toBeCloseTo(0.5, 6);
  });

  it('shade each row of the confusion by its own sum', () => {
    const drawn = confusionChart(
      {
        roles: ['A', 'B'],
        matrix: [
          [3, 1],
          [0, 0],
        ],
      },
      ['A', 'B'],
    );
    const shades = [...drawn.matchAll(/class="(right|wrong)"[^>]*--share:([\d.]+)/g)].map((m) => [
      m[1],
      m[2],
    ]);
    expect(shades).toEqual([
      ['right', '0.750'],
      ['wrong', '0.250'],
      ['wrong', '0.000'],
      ['right', '0.000'],
    ]);
    expect(drawn).toContain('<title>A answered as B: 1 of 4 (25 %)</title>');
  });

  it('put what agrees onto the diagonal', () => {
    const bins = [0.1, 0.9].map((share) => ({
      from: 0,
      to: 1,
      items: 5,
      confidence: share,
      accuracy: share,
    }));
    const drawn = reliabilityChart(bins);
    const [ideal, curve] = [...drawn.matchAll(/class="(?:ideal|line)" points="([^"]+)"/g)].map((m) =>
      m[1]!.split(' ').map((pair) => pair.split(',').map(Number)),
    );
    const [from, to] = ideal as [number[], number[]];
    const slope = (to[1]! - from[1]!) / (to[0]! - from[0]!);
    for (const [x, y] of curve!) expect(y! - from[1]!).toBeCloseTo(slope * (x! - from[0]!), 0);
  });

  it('leave out cuts at which nothing is answered', () => {
    const drawn = coverageChart([
      { cut: 0, coverage: 1, accuracy: 0.5 },
      { cut: 0.9, coverage: 0, accuracy: null },
    ]);
    expect(drawn.match(/<circle/g)).toHaveLength(1);
  });

  it('name the steps of a learning curve', () => {
    expect(learningChart(full().learningCurve!)).toMatch(/>1<.*>all</s);
  });
});

describe('the table', () => {
  const style = { width: 100, color: false, titles };

  it('sets figures with what devices say beside those without', () => {
    const record = full();
    const { roles, byDevice, unknown, calibration } = record;
    const shares = { accuracy: 0.715, top3: 0.7202, macroF1: 0.7303 };
    const balanced = { roleBalancedRecall: 0.814, roleBalancedTop3: 0.916 };
    const unknownRoles = { areaUnderRoc: 0.8123, roles: [] };
    const figures = { ...shares, ...balanced, roles, byDevice, unknown, calibration };
    const withHints = { heard: 1234, ...figures, unknownRoles };
    const text = evaluationTable({ ...record, withHints }, style);
    expect(text).toContain('with hints     1,234 captures with something known');
    expect(text).toContain('role-balanced  recall 0.814, top three 0.916');
    expect(text).toContain('role-balanced  recall 0.509, top three 0.757');
    expect(text).toContain('an area of 0.875 under the ROC curve (with hints 0.812)\n');
    expect(evaluationTable(record, style)).not.toContain('hints');
    const page = evaluationHtml({ ...record, withHints }, titles);
    expect(page).toContain('area under the ROC curve, roles never trained (with hints 0.812)<');
    expect(page).toContain(
      'recall with what devices say of themselves and names and makers are known for (top three 0.916; by capture 0.715; heard in 1,234)',
    );
    expect(evaluationHtml(record, titles)).not.toContain('what devices say');
  });

  it('sets captures of known devices beside all', () => {
    const record = full();
    const knownDevices = {
      captures: 1473,
      devices: 1,
      right: 1464,
      withinThree: 1470,
      roleBalancedRecall: 0.93,
      roleBalancedTop3: 0.99,
    };
    const said =
      'right in 1,464 of 1,473 captures of 1 device that has others (0.994), within the top three in 1,470';
    const text = evaluationTable({ ...record, knownDevices }, style);
    expect(text).toContain(`known devices  ${said}\n`);
    expect(text).toMatch(/^ {15}role-balanced: recall 0\.93, top three 0\.99$/m);
    expect(evaluationTable(record, style)).not.toContain('known devices');
    const { roles, byDevice, unknown, calibration, accuracy, top3, macroF1 } = record;
    const balanced = { roleBalancedRecall: 0.5, roleBalancedTop3: 0.6 };
    const shares = { accuracy, top3, macroF1, ...balanced, roles, byDevice, unknown, calibration };
    const withHints = { heard: 1, ...shares, knownDevices: { ...knownDevices, right: 7 } };
    expect(evaluationTable({ ...record, withHints }, style)).toContain('known devices  right in 7 of 1,473');
    const page = evaluationHtml({ ...record, knownDevices }, titles);
    expect(page).toContain(`<li><b>0.994</b><span>${said}</span></li>`);
    expect(evaluationHtml(record, titles)).not.toContain('that has others');
  });

  it('has the parts that were asked for', () => {
    const text = evaluationTable(full(), style);
    expect(text).toMatch(/^by device +recall 0\.55, top three 0\.8 /m);
    expect(text).toMatch(/^ +0\.50 +40 % +0\.900$/m);
    expect(text).toContain(
      'told from devices never seen of trained roles with an area of 0.875 under the ROC curve\n',
    );
    const captures = full({ mode: 'leave-captures-out' });
    expect(evaluationTable(captures, style)).toContain('told from known devices with an area of 0.875');
    expect(evaluationHtml(captures, titles)).toContain('from those of trained roles, known devices, by');
    expect(evaluationHtml(full(), titles)).toContain('from those of trained roles, devices never seen, by');
    expect(text).toMatch(/^ +all +0\.600 +0\.800$/m);
    expect(text).toMatch(/^passed {2}roles dealt out anew/m);
    expect(text).toMatch(/^FAILED {2}addresses and names/m);
    expect(text).not.toContain('\u202e');
  });

  it('says what was left out', () => {
    const record = full();
    expect(evaluatedHow(record)).toBe('whole devices left out, 8 times, seed 1');
    expect(evaluatedHow({ ...record, mode: 'leave-families-out' })).toContain('families');
    expect(evaluatedHow({ ...record, mode: 'leave-captures-out', seed: null })).toBe(
      'captures left out, 8 times',
    );
    expect(evaluatedHow({ ...record, mode: 'bundle' })).toBe('a bundle as it is');
  });

  it('says what a control found', () => {
    const fine = { kind: 'addresses', captures: 3, changed: 0, firstChanged: null, passed: true } as const;
    expect(controlText(fine)).toBe('addresses and names of 3 captures exchanged: no vector changed');
  });
});
