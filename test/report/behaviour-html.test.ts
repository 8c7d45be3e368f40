import { describe, expect, it } from 'vitest';
import { behaviourHtml } from '../../src/report/behaviour-html.js';
import { predictionArticle } from '../../src/report/prediction-html.js';
import type { AnomalyRecord, NamedWindow } from '../../src/types.js';
import { samplePrediction } from './sample.js';

const evil = '<script>alert(1)</script>‮"';
const titles = new Map([['Printer', 'Printer <b>']]);

const strangeMinute: NamedWindow = {
  view: 'net',
  start: '2026-01-02T00:37:00Z',
  seconds: 60,
  outlierProbability: 0.99,
  why: ['330 ports tried on one host within 60 s', evil],
  peers: [
    { trait: 'ports', address: '10.0.0.1', port: 'tcp/445', count: 330 },
    { trait: 'hosts', address: null, port: 'udp/53', count: 1 },
  ],
  nearest: 'Printer-labs-Fri0036-n00.pcap',
};

function anomaly(changes: Partial<AnomalyRecord> = {}): AnomalyRecord {
  return {
    ...samplePrediction().anomaly,
    sessions: [],
    view: 'net',
    windows: [strangeMinute],
    timeline: [0.4, 4, 1].map((score, i) => ({
      start: `2026-01-02T00:${15 * (i + 1)}:00Z`,
      score,
      view: 'net',
    })),
    ...changes,
  };
}

describe('behaviour in HTML', () => {
  const html = behaviourHtml(anomaly(), titles);

  it('tells what stands out, with whom, and the normal capture it was compared with', () => {
    expect(html).toContain('anomalous for Printer &lt;b&gt;');
    expect(html).toContain('330 ports tried on one host within 60 s');
    expect(html).toContain('with 10.0.0.1 tcp/445 (330), udp/53');
    expect(html).toContain('most like the normal Printer-labs-Fri0036-n00.pcap');
    expect(html).not.toContain('<details>');
  });

  it('shows texts from outside as texts', () => {
    expect(html).not.toMatch(/<script|‮/);
    expect(html).toContain('&lt;script&gt;alert(1)');
  });

  it('draws the slices at their times, and the threshold that one of them has to reach', () => {
    const bars = [...html.matchAll(/<rect( class="above")? x="([\d.]+)" y="([\d.]+)"/g)];
    expect(bars.map(([, above, x]) => [above !== undefined, Math.floor(Number(x))])).toEqual([
      [false, 0],
      [true, 1],
      [false, 2],
    ]);
    // The alarm of the capture is 1.48, that of one slice of three 1.48 + log10(3) nearly; the top is 4.4.
    const line = Number(/<line [^>]*y1="([\d.]+)"/.exec(html)?.[1]);
    expect(line).toBeCloseTo(60 - ((1.48 + Math.log10(3)) / 4.4) * 60, 0);
    expect(behaviourHtml(anomaly({ timeline: [] }), titles)).not.toContain('<svg');
    expect(behaviourHtml(anomaly({ verdict: 'not-evaluated' }), titles)).not.toContain('<line');
  });

  it('keeps the least usual of a normal capture folded', () => {
    expect(behaviourHtml(anomaly({ verdict: 'normal' }), titles)).toMatch(
      /<details>.*330 ports.*<\/details>/s,
    );
  });
});

describe('the role in HTML', () => {
  it('tells of the nearest device, the group that an unknown resembles, and the other host', () => {
    const record = samplePrediction();
    record.role = {
      ...record.role,
      label: 'Unknown',
      resembles: evil,
      nearest: { device: 'Printer/labs', role: 'Printer', distance: 0.25 },
    };
    record.alternatives = [
      {
        device: { ...record.device, mac: null, addresses: ['10.9.9.9'] },
        sessions: record.sessions,
        role: samplePrediction().role,
      },
    ];
    const html = predictionArticle(record, titles);
    expect(html).toContain('Unknown, resembles &lt;script&gt;');
    expect(html).toContain('Printer/labs, Printer &lt;b&gt; (distance 0.25)');
    expect(html).toMatch(/<dt>or<\/dt><dd>10\.9\.9\.9<br><strong>Printer &lt;b&gt;, 93 %/);
  });
});
