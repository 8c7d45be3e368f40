/** The streams, buckets and the consumer that the service works with: made when absent, used when fit, else refused. */

import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { errors, type NatsConnection, nanos } from '@nats-io/transport-node';
import { NetworkmlError } from '../errors.js';
import { connectionError } from './connect.js';
import {
  CAPTURES_BUCKET,
  DEAD_STREAM,
  DEVICES_BUCKET,
  EVENTS_STREAM,
  JOBS_CONSUMER,
  JOBS_STREAM,
  JOBS_SUBJECT,
  RESULTS_STREAM,
} from './subjects.js';

/** How streams are made when they are absent. */
export interface ProvisionOptions {
  /** Copies of each stream in a cluster. */
  readonly replicas: number;
  /** How long a worker may be silent about a job before another gets it, milliseconds. */
  readonly ackWaitMs: number;
}

/** All that a worker uses of JetStream. */
export interface Provisioned {
  readonly manager: JetStreamManager;
  readonly captures: ObjectStore;
  readonly devices: KV;
  /** As the consumer has it, which may have been made by another worker. */
  readonly ackWaitMs: number;
}

/** Old states of a device that the bucket keeps. */
const DEVICE_HISTORY = 16;

/** What pending pull requests, and unacknowledged jobs, a whole fleet may have. */
const FLEET_LIMIT = 65_536;

const DUPLICATE_WINDOW_MS = 600_000;

type Wanted = Pick<StreamConfig, 'name' | 'subjects' | 'retention'> & Partial<StreamConfig>;

const streams: readonly Wanted[] = [
  {
    name: JOBS_STREAM,
    subjects: [JOBS_SUBJECT],
    retention: RetentionPolicy.Workqueue,
    // A full stream tells the sender so; it does not forget older jobs silently.
    discard: DiscardPolicy.New,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  },
  { name: RESULTS_STREAM, subjects: ['networkml.results.*'], retention: RetentionPolicy.Limits },
  {
    name: EVENTS_STREAM,
    subjects: ['networkml.events.*.*'],
    retention: RetentionPolicy.Limits,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  },
  { name: DEAD_STREAM, subjects: ['networkml.dead.*'], retention: RetentionPolicy.Limits },
];

/**
 * Makes what is absent. What is there is used as it is, whoever made it, when the promises can be kept with it.
 * @throws NetworkmlError NML_NATS_STREAM when something is there that they cannot be kept with; NML_NATS_AUTH,
 * NML_NATS_CONNECT
 */
export async function provision(connection: NatsConnection, options: ProvisionOptions): Promise<Provisioned> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    for (const wanted of streams) await provideStream(manager, wanted, options);
    const ackWaitMs = await provideConsumer(manager, options);
    const captures = await provideCaptures(connection, manager, options);
    const devices = await provideDevices(connection, manager, options);
    return { manager, captures, devices, ackWaitMs };
  } catch (cause) {
    throw streamError(cause, connection);
  }
}

/** A failed request to JetStream as a coded error. */
export function streamError(cause: unknown, connection: NatsConnection): NetworkmlError {
  if (cause instanceof NetworkmlError) return cause;
  if (cause instanceof JetStreamApiError) {
    return new NetworkmlError('NML_NATS_STREAM', `${cause.message} (error ${cause.code})`, { cause });
  }
  if (cause instanceof errors.RequestError && cause.isNoResponders()) {
    const hint = 'start the server with JetStream (nats-server -js)';
    return new NetworkmlError('NML_NATS_STREAM', 'the server has no JetStream', { cause, hint });
  }
  return connectionError(cause, connection.isClosed() ? 'NATS' : connection.getServer());
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound)
  );
}

/** The configuration of a stream; undefined when there is none of this name. */
async function configOf(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function provideStream(
  manager: JetStreamManager,
  wanted: Wanted,
  { replicas }: ProvisionOptions,
): Promise<void> {
  const there = await configOf(manager, wanted.name);
  if (there !== undefined) return checkStream(wanted, there);
  const description = 'made by networkml serve';
  try {
    await manager.streams.add({
      ...wanted,
      description,
      storage: StorageType.File,
      num_replicas: replicas,
    });
  } catch (error) {
    // Another worker may have been faster.
    const now = await configOf(manager, wanted.name);
    if (now === undefined) throw error;
    checkStream(wanted, now);
  }
}

function checkStream(wanted: Wanted, there: StreamConfig): void {
  const problems: string[] = [];
  const missing = wanted.subjects.filter((subject) => there.subjects?.includes(subject) !== true);
  if (missing.length > 0) problems.push(`it does not take ${missing.join(', ')}`);
  if (there.retention !== wanted.retention) {
    problems.push(`its retention is ${there.retention}, not ${wanted.retention}`);
  }
  if (there.storage !== StorageType.File) problems.push('it is not stored in files');
  if (wanted.name === RESULTS_STREAM && there.no_ack) problems.push('it acknowledges nothing');
  refuse(`the stream ${wanted.name}`, problems);
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new NetworkmlError('NML_NATS_STREAM', `${what} is there, but ${problems.join(' and ')}`);
}

/** @returns the time a worker may be silent, milliseconds */
async function provideConsumer(manager: JetStreamManager, options: ProvisionOptions): Promise<number> {
  const info = await manager.consumers.info(JOBS_STREAM, JOBS_CONSUMER).catch(async (error: unknown) => {
    if (!isAbsent(error)) throw error;
    return manager.consumers.add(JOBS_STREAM, {
      durable_name: JOBS_CONSUMER,
      description: 'made by networkml serve',
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(options.ackWaitMs),
      // How often a job is tried is decided by the workers, who can leave a result behind.
      max_deliver: -1,
      max_ack_pending: FLEET_LIMIT,
      max_waiting: FLEET_LIMIT,
      filter_subject: JOBS_SUBJECT,
    });
  });
  const { config } = info;
  const problems: string[] = [];
  if (config.ack_policy !== AckPolicy.Explicit) problems.push('jobs are not acknowledged one by one');
  if ((config.max_deliver ?? -1) > 0) problems.push('it gives up jobs by itself (max_deliver)');
  if (config.deliver_subject !== undefined) problems.push('it pushes');
  refuse(`the consumer ${JOBS_CONSUMER}`, problems);
  return Number(config.ack_wait ?? nanos(options.ackWaitMs)) / 1e6;
}

async function provideCaptures(
  connection: NatsConnection,
  manager: JetStreamManager,
  { replicas }: ProvisionOptions,
): Promise<ObjectStore> {
  const objects = new Objm(connection);
  const there = await configOf(manager, `OBJ_${CAPTURES_BUCKET}`);
  if (there !== undefined) return objects.open(CAPTURES_BUCKET, { check: false });
  return objects.create(CAPTURES_BUCKET, {
    description: 'made by networkml serve',
    storage: StorageType.File,
    replicas,
  });
}

async function provideDevices(
  connection: NatsConnection,
  manager: JetStreamManager,
  { replicas }: ProvisionOptions,
): Promise<KV> {
  const values = new Kvm(connection);
  const there = await configOf(manager, `KV_${DEVICES_BUCKET}`);
  // Direct reads may come from a copy that lags behind: compare-and-set would only be refused more often.
  if (there !== undefined) return values.open(DEVICES_BUCKET, { allow_direct: false });
  return values.create(DEVICES_BUCKET, {
    description: 'made by networkml serve',
    history: DEVICE_HISTORY,
    storage: StorageType.File,
    replicas,
    allow_direct: false,
  });
}
