import type { ReportStyle } from '../../src/report/index.js';
import type { ErrorRecord, EvaluationRecord, PredictionRecord } from '../../src/types.js';

export function style(width: number, color = false): ReportStyle {
  return { width, color, titles: new Map([['IpCamera', 'IP camera of the bundle']]) };
}

export function samplePrediction(changes: Partial<PredictionRecord> = {}): PredictionRecord {
  return {
    schema: 'networkml/prediction/v1',
    capture: {
      file: 'captures/Printer-labs-Fri0036-n00.pcap',
      sha256: 'cd'.repeat(32),
      name: { deviceName: 'Printer', deviceId: 'labs', time: 'Fri0036', duration: null, flags: 'n00' },
      linkType: 'EN10MB',
      packets: 1234,
      bytes: 98765,
      sessions: 90,
      firstPacket: '2026-01-02T00:36:00.5Z',
      lastPacket: '2026-01-02T00:50:59.7Z',
      seconds: 899.2,
      skipped: { 'non-ip': 12 },
      truncated: false,
    },
    device: {
      mac: '00:11:22:33:44:55',
      addresses: ['10.0.0.9', 'fe80::1'],
      vendor: 'HP, Inc.',
      chosenBy: 'traffic',
    },
    sessions: { total: 87, initiated: 31, received: 56, external: 3 },
    role: {
      label: 'Printer',
      confidence: 0.93,
      top: [
        { role: 'Printer', confidence: 0.93 },
        { role: 'IpCamera', confidence: 0.04 },
        { role: 'ActiveDirectoryController', confidence: 0.001 },
      ],
      why: [{ feature: 'received: destination port 631 (ipp)', contribution: 0.41 }],
    },
    anomaly: {
      role: 'Printer',
      verdict: 'anomalous',
      score: 2.1234,
      threshold: 1.48,
      reason: null,
      sessions: [
        {
          initiator: '10.0.0.9:50000',
          responder: '10.0.0.1:23',
          protocol: 'tcp',
          start: '2026-01-02T00:37:00Z',
          outlierProbability: 0.987,
          why: ['service tcp/23 was never seen in this role'],
        },
      ],
    },
    model: { name: 'default', version: '1.0.0', sha256: 'ef'.repeat(32), classifier: 'one-layer' },
    warnings: ['only 42 s of traffic: 15 minutes or more are recommended'],
    ...changes,
  };
}

export function sampleError(file = 'captures/odd, "file".pcap'): ErrorRecord {
  return {
    schema: 'networkml/error/v1',
    capture: { file },
    error: {
      code: 'NML_PCAP_MAGIC',
      message: 'not a capture: starts with 7b 22',
      hint: 'networkml reads pcap',
    },
  };
}

export function sampleEvaluation(roles: readonly string[]): EvaluationRecord {
  return {
    schema: 'networkml/evaluation/v1',
    mode: 'leave-devices-out',
    folds: 8,
    classifier: 'one-layer',
    seed: 1,
    deviceFrom: 'traffic',
    captures: 1526,
    devices: 108,
    failed: 2,
    accuracy: 0.4641,
    roleBalancedRecall: 0.5094,
    roleBalancedTop3: 0.757,
    top3: 0.709,
    macroF1: 0.479,
    byDevice: { recall: 0.55, top3: 0.8 },
    unknown: { share: 0.2, accuracyOfAnswered: 0.6 },
    calibration: {
      expectedCalibrationError: 0.06,
      expectedCalibrationErrorByDevice: 0.04,
      temperature: 1.5,
      offset: 0.4,
    },
    reliability: [{ from: 0.4, to: 0.5, items: 30, confidence: 0.45, accuracy: 0.5 }],
    coverage: [
      { cut: 0, coverage: 1, accuracy: 0.51 },
      { cut: 0.05, coverage: 1, accuracy: 0.51 },
      { cut: 0.5, coverage: 0.4, accuracy: 0.9 },
    ],
    roles: roles.map((role, i) => ({
      role,
      devices: i + 1,
      captures: 10 * i,
      recall: 0.5,
      top3: 1,
      precision: 0.25,
      f1: 1 / 3,
    })),
    confusion: {
      roles: [...roles],
      matrix: roles.map((_, i) => roles.map((_, j) => (i === j ? 100 : (i * j) % 3))),
    },
    deviceChoice: { oneHost: { right: 400, of: 405 }, twoHost: { right: 106, of: 121 } },
    unknownRoles: null,
    learningCurve: null,
    controls: [],
    warnings: ['no capture names its device: every capture counts as a device of its own'],
  };
}
