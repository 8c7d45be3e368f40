/** `detect score`: the flows or sessions of a capture by a stored model. */
import type { RowScorer } from '../anomaly/index.js';
import type { CaptureSource } from '../pcap/index.js';
import { type DetectorModel, tailOf } from './detect-model.js';
import type { DetectRecord } from './detect-records.js';
import { featureColumns, isFlowShape, readUncut, unitsBy } from './detect-units.js';
import type { FeatureCaptureOptions } from './features-capture.js';

/**
 * Scores every unit of a capture, cut and measured as the model's features say.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_FILTER
 */
export async function scoreCapture(
  source: CaptureSource,
  model: DetectorModel & { readonly score: RowScorer },
  options: FeatureCaptureOptions = {},
): Promise<DetectRecord[]> {
  const { features, threshold, score } = model;
  const flows = isFlowShape(features);
  const how = flows
    ? ({ of: 'flows', compat: features.compat } as const)
    : ({ of: 'sessions', compat: null } as const);
  const { file, units, values } = unitsBy(await readUncut(source, how, options), features);
  const columns = featureColumns(features);
  return units.map((flow, index) => {
    const value = score(values.subarray(index * columns, (index + 1) * columns));
    return {
      schema: 'networkml/detect-score/v1',
      file,
      unit: flows ? 'flow' : 'session',
      index,
      flow,
      score: value,
      threshold: threshold.value,
      anomaly: value > threshold.value,
      tail: tailOf(model, value),
    };
  });
}
