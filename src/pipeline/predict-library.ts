import type { CaptureSource } from '../pcap/index.js';
import type { PredictionRecord } from '../types.js';
import { type LoadedBundle, loadBundle } from './loaded-bundle.js';
import { type PredictOptions as CaptureOptions, predictCapture } from './predict.js';

export interface PredictOptions extends CaptureOptions {
  /** A loaded bundle, the directory of one, or the name of a shipped one; the default bundle otherwise. */
  readonly bundle?: LoadedBundle | string;
  /** Name of the capture in the record and for its naming convention; the path by default. */
  readonly name?: string;
}

/**
 * Role and behaviour of the device in one capture: what the command `predict` prints.
 * @param source a path, `-` for standard input, the bytes, or a stream of them
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_NO_SESSIONS, NML_DEVICE_ABSENT, NML_MODEL_*
 * @example const record = await predict('printer.pcap');
 */
export async function predict(
  source: CaptureSource,
  options: PredictOptions = {},
): Promise<PredictionRecord> {
  const { bundle, ...rest } = options;
  const loaded =
    bundle === undefined || typeof bundle === 'string' ? await loadBundle(bundle, rest.classifier) : bundle;
  return predictCapture(source, loaded, rest);
}
