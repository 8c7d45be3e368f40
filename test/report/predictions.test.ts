import { describe, expect, it } from 'vitest';
import {
  displayWidth,
  type PredictionFormat,
  predictionFormats,
  predictionReport,
  type ReportStyle,
} from '../../src/report/index.js';
import type { PredictionOutcome } from '../../src/types.js';
import { sampleError, samplePrediction, style } from './sample.js';

function written(
  format: PredictionFormat,
  outcomes: readonly PredictionOutcome[],
  look: ReportStyle = style(80),
): string {
  const report = predictionReport(format, look, outcomes.length);
  return [report.head(), ...outcomes.map(report.record), report.end()].join('');
}

const EVIL =
  'dir/\u001b]0;owned\u0007\u001b[2J\r\nrole Printer <script>alert(1)</script> "x", \u202egpj.pcap';

function evil(): PredictionOutcome {
  const record = samplePrediction();
  record.capture.file = EVIL;
  record.device.vendor = EVIL;
  record.role.top[0] = { role: EVIL, confidence: 0.9 };
  record.role.label = EVIL;
  record.role.why = [{ feature: EVIL, contribution: -0.1 }];
  record.anomaly.role = EVIL;
  record.anomaly.reason = EVIL;
  record.anomaly.sessions[0]!.why = [EVIL];
  record.model.name = EVIL;
  record.warnings = [EVIL];
  record.hints = [{ kind: EVIL, text: EVIL, count: 1 }];
  return record;
}

const unknown = samplePrediction({
  role: {
    label: 'Unknown',
    confidence: 0.4,
    top: [
      { role: 'Printer', confidence: 0.4 },
      { role: 'IpCamera', confidence: 0.04 },
      { role: 'Router', confidence: 0 },
    ],
    why: [],
  },
  anomaly: {
    role: null,
    verdict: 'not-evaluated',
    score: null,
    threshold: null,
    reason: 'too few',
    sessions: [],
  },
  device: { mac: null, addresses: [], vendor: null, chosenBy: 'option' },
});

describe('the table', () => {
  it('tells role, device, traffic, behaviour and notes', () => {
    expect(written('table', [samplePrediction()])).toBe(`captures/Printer-labs-Fri0036-n00.pcap
  role       Printer, 93 %
             Printer                       93 % █████████████████████████████▊
             IP camera of the bundle        4 % █▎
             Active Directory controller   <1 %
  why        received: destination port 631 (ipp) (+0.41)
  device     10.0.0.9, fe80::1, 00:11:22:33:44:55, HP, Inc.
             found by its traffic
  traffic    1,234 packets, 98.8 kB in 15 min; 87 sessions: 31 opened, 56
             received, 3 external
  behaviour  anomalous for Printer
             score 2.123, alarm above 1.48
  sessions   0.99 tcp 10.0.0.9:50000 → 10.0.0.1:23 (service tcp/23 was never
             seen in this role)
  note       only 42 s of traffic: 15 minutes or more are recommended

`);
  });

  it.each([40, 60, 80, 120, 200])(
    'stays within %i columns and free of escapes, whatever the texts',
    (width) => {
      for (const outcomes of [
        [evil(), unknown],
        Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? evil() : unknown)),
      ]) {
        const text = written('table', outcomes, style(width));
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
        const tooWide = text.split('\n').filter((line) => displayWidth(line) > Math.max(width, 60));
        // The first line of a block is the path as it is, so that it can be copied.
        expect(tooWide.filter((line) => !line.startsWith('dir/'))).toEqual([]);
      }
    },
  );

  it('is the same text under its colours', () => {
    for (const outcomes of [[evil(), unknown], Array.from({ length: 12 }, () => samplePrediction())]) {
      const coloured = written('table', outcomes, style(80, true));
      expect(coloured).toContain('\u001b[');
      expect(coloured.replaceAll(/\p{Cc}\[\d+m/gu, '')).toBe(written('table', outcomes));
    }
  });

  it('has a line for each of many captures, and sums them up', () => {
    const outcomes = [...Array.from({ length: 9 }, () => samplePrediction()), unknown, sampleError()];
    const lines = written('table', outcomes, style(120)).trimEnd().split('\n');
    expect(lines).toHaveLength(1 + 10 + 1 + 1);
    expect(lines[1]).toMatch(
      /^Printer +93 % {2}anomalous +10\.0\.0\.9 +captures\/Printer-labs-Fri0036-n00\.pcap$/,
    );
    expect(lines[10]).toMatch(/^Unknown +40 % {2}not-evaluated/);
    expect(lines.at(-1)).toBe('11 captures: 9 Printer, 1 Unknown, 9 anomalous, 1 failed');
  });

  it('names what an unknown device is most like', () => {
    expect(written('table', [unknown])).toContain('role       Unknown, most like Printer\n');
  });
});

describe('JSON', () => {
  it.each([0, 1, 3])('is an array of %i records', (n) => {
    const outcomes = Array.from({ length: n }, (_, i) => (i === 1 ? sampleError() : evil()));
    expect(JSON.parse(written('json', outcomes))).toEqual(outcomes);
  });

  it('is a record a line in NDJSON', () => {
    const outcomes = [evil(), sampleError(), samplePrediction()];
    const lines = written('ndjson', outcomes).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual(outcomes);
  });
});

describe('CSV', () => {
  it('has flat columns, and a row for a failed capture too', () => {
    const [head, row, failed, rest] = written('csv', [samplePrediction(), sampleError()]).split('\r\n');
    expect(rest).toBe('');
    expect(head).toBe(
      'file,sha256,link_type,packets,bytes,first_packet,last_packet,seconds,truncated,device_mac,device_addresses,' +
        'device_vendor,device_chosen_by,sessions,sessions_initiated,sessions_received,sessions_external,role,confidence,' +
        'role_1,confidence_1,role_2,confidence_2,role_3,confidence_3,verdict,verdict_role,score,threshold,reason,' +
        'model_name,model_version,model_sha256,classifier,warnings,error_code,error_message',
    );
    expect(row).toBe(
      `captures/Printer-labs-Fri0036-n00.pcap,${'cd'.repeat(32)},EN10MB,1234,98765,2026-01-02T00:36:00.5Z,` +
        '2026-01-02T00:50:59.7Z,899.2,false,00:11:22:33:44:55,10.0.0.9 fe80::1,"HP, Inc.",traffic,87,31,56,3,Printer,0.93,' +
        'Printer,0.93,IpCamera,0.04,ActiveDirectoryController,0.001,anomalous,Printer,2.1234,1.48,,' +
        `default,1.0.0,${'ef'.repeat(32)},one-layer,only 42 s of traffic: 15 minutes or more are recommended,,`,
    );
    expect(failed).toBe(
      `"captures/odd, ""file"".pcap"${','.repeat(35)}NML_PCAP_MAGIC,not a capture: starts with 7b 22`,
    );
  });
});

describe('HTML', () => {
  /** Names of the elements still open at the end; throws where one is closed that is not the last opened. */
  function openElements(html: string): string[] {
    const open: string[] = [];
    for (const [, slash, name] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (['meta', 'br'].includes(name!)) continue;
      if (slash === '') open.push(name!);
      else if (open.pop() !== name) throw new Error(`</${name}> closes something else`);
    }
    return open;
  }

  it('is a whole page without a script, whatever the texts', () => {
    const html = written('html', [evil(), sampleError(EVIL), unknown, samplePrediction()]);
    expect(openElements(html)).toEqual([]);
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/https?:|[^\P{Cc}\n]|\p{Cf}/u);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('<p>4 captures</p>');
  });
});

describe('the message of NetworkML 0.4.5', () => {
  const message = (outcome: PredictionOutcome): unknown => JSON.parse(written('legacy', [outcome]));

  it('has the envelope, the key and the labels of the original', () => {
    const record = samplePrediction();
    record.capture.file = '/files/trace_ab12_2026-01-01_00_00_00-client-ip-10-0-0-1.pcap';
    record.role.top[1] = { role: 'DevWorkstation', confidence: 0.04 };
    expect(message(record)).toEqual({
      data: {
        ab12: {
          decisions: { behavior: 'abnormal', investigate: false },
          classification: {
            labels: ['Printer', 'Developer workstation', 'Active Directory controller'],
            confidences: [0.93, 0.04, 0.001],
          },
          timestamp: Date.UTC(2026, 0, 2, 0, 36, 0, 500) / 1000,
          valid: true,
          source_ip: '10.0.0.9',
          source_mac: '00:11:22:33:44:55',
          pcap_labels: 'ip-10-0-0-1',
        },
        pcap: 'trace_ab12_2026-01-01_00_00_00-client-ip-10-0-0-1.pcap',
      },
      id: '',
      file_path: '/files/trace_ab12_2026-01-01_00_00_00-client-ip-10-0-0-1.pcap',
      type: 'metadata',
      results: { tool: 'networkml', version: '0.4.5' },
    });
  });

  it('puts Unknown first and asks for an investigation', () => {
    const data = (message(unknown) as { data: Record<string, Record<string, unknown>> }).data;
    expect(data['Printer-labs-Fri0036-n00']).toMatchObject({
      decisions: { behavior: 'normal', investigate: true },
      classification: {
        labels: ['Unknown', 'Printer', 'IP camera of the bundle'],
        confidences: [0.6, 0.4, 0.04],
      },
      pcap_labels: null,
    });
  });

  it('is not valid for a capture that failed', () => {
    expect(message(sampleError('dir/broken.v2.pcap'))).toMatchObject({
      data: { broken: { valid: false, pcap: 'broken.v2.pcap' } },
      file_path: 'dir/broken.v2.pcap',
    });
  });
});

it('all formats are tried above', () => {
  expect(predictionFormats).toEqual(['table', 'json', 'ndjson', 'csv', 'html', 'legacy']);
});
