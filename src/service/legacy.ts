/** The message of NetworkML 0.4.5, for an orchestrator like Poseidon. */

import { predictionReport } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import type { WorkerContext } from './context.js';
import { LEGACY_SUBJECT } from './subjects.js';

/** Publishes it: plain, as the original did; who does not listen misses it. */
export function publishLegacy({ connection, bundle }: WorkerContext, outcome: PredictionOutcome): void {
  const style = { width: 80, color: false, titles: bundle.titles };
  const report = predictionReport('legacy', style, 1);
  connection.publish(LEGACY_SUBJECT, report.record(outcome).trimEnd());
}
