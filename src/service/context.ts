/** What the parts of a running service share. */

import type { JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { LoadedBundle } from '../pipeline/index.js';
import type { FetchOptions } from './capture-fetch.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';
import type { PredictThreads } from './predict-threads.js';
import type { Provisioned } from './provision.js';

/** Limits of the work of one process. */
export interface WorkLimits {
  /** Jobs that this process holds at a time. */
  readonly maxInFlight: number;
  /** For one attempt at a job, from delivery to result, milliseconds. */
  readonly jobTimeoutMs: number;
}

/** Parts that exist with and without NATS. */
export interface ServiceBase {
  readonly bundle: LoadedBundle;
  readonly threads: PredictThreads;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly limits: WorkLimits;
  readonly fetch: FetchOptions;
  /** Also publish the message of NetworkML 0.4.5. */
  readonly legacy: boolean;
  /** Ends when running work must be handed back. */
  readonly stop: AbortSignal;
}

/** Parts that need NATS. */
export interface WorkerContext extends ServiceBase {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly store: Provisioned;
  /** Id of this process in discovery and in results. */
  readonly workerId: string;
}
