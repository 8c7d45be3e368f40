import type { PredictionRecord, RankedRole, VerdictName } from '../../../src/types.js';

/** A prediction of which only the parts that matter to the state of a device differ. */
export function predictionRecord(parts: {
  label: string;
  top: RankedRole[];
  first: string;
  last: string;
  verdict?: VerdictName;
}): PredictionRecord {
  const { label, top, first, last, verdict = 'normal' } = parts;
  return {
    schema: 'networkml/prediction/v1',
    capture: { firstPacket: first, lastPacket: last },
    device: { mac: '02:00:00:00:00:01', addresses: ['10.0.0.9'], vendor: null, chosenBy: 'traffic' },
    role: { label, confidence: top[0]?.confidence ?? 0, top, why: [] },
    anomaly: { verdict, score: null },
  } as unknown as PredictionRecord;
}
