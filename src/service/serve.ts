/** The service as a whole: started, watched over, stopped. */

import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { jetstream } from '@nats-io/jetstream';
import { type NatsConnection, nuid } from '@nats-io/transport-node';
import { NetworkmlError } from '../errors.js';
import { type LoadedBundle, libraryVersion } from '../pipeline/index.js';
import type { PredictionOutcome } from '../types.js';
import { askModels, sendCapture } from './client.js';
import { connectNats, type NatsOptions } from './connect.js';
import type { ServiceBase, WorkerContext } from './context.js';
import { startDiscovery } from './discovery.js';
import { endpointsOf } from './endpoints.js';
import { firstContact } from './first-contact.js';
import { startHttp } from './http.js';
import { type JobLoop, startJobLoop } from './job-loop.js';
import type { Logger } from './log.js';
import { Metrics } from './metrics.js';
import { PredictThreads } from './predict-threads.js';
import { type Provisioned, type ProvisionOptions, provision } from './provision.js';
import { type Answerer, startWatch, type Watch, type WatchOptions } from './watch-folder.js';

/** What a service does and where. */
export interface ServeOptions {
  readonly bundle: LoadedBundle;
  readonly classifier?: string;
  readonly alarmRate?: 0.01 | 0.05;
  /** Whether names and process codes are read, too: as `predict` does it. */
  readonly names?: boolean;
  /** Whether it is read, too, what devices say of themselves: as `predict` does it. */
  readonly hints?: boolean;
  /** Undefined: no NATS, the watched folder alone. */
  readonly nats?: NatsOptions;
  readonly watch?: WatchOptions;
  /** `host:port`; undefined for no HTTP. */
  readonly http?: string;
  readonly roots: readonly string[];
  readonly threads: number;
  readonly maxInFlight: number;
  readonly jobTimeoutMs: number;
  readonly maxCaptureBytes: number;
  readonly spool?: string;
  readonly legacy: boolean;
  readonly provision: ProvisionOptions;
  readonly log: Logger;
  /** Ends the waiting for a NATS server that is not there yet: the start fails then. */
  readonly signal?: AbortSignal;
}

/** A running service. */
export interface Service {
  /** Where HTTP listens, with the port it got. */
  readonly http: string | undefined;
  readonly metrics: Metrics;
  /** Ends, with an error if it was one, when the connection is closed for good. */
  readonly failed: Promise<NetworkmlError>;
  /** No new jobs; running ones have that long, milliseconds, then they are handed back. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts the service.
 * @throws NetworkmlError NML_NATS_*, NML_CONFIG, NML_OUTPUT, NML_INPUT_NOT_FOUND
 */
export async function serve(options: ServeOptions): Promise<Service> {
  const { log, bundle } = options;
  const stop = new AbortController();
  const metrics = new Metrics();
  const threads = new PredictThreads(threadSetup(options), options.threads);
  const base: ServiceBase = { ...partsOf(options), threads, metrics, stop: stop.signal };
  const running: Running = { stopping: false, connection: undefined, withNats: options.nats !== undefined };
  const parts: { http?: Server; worker?: Worker; watch?: Watch } = {};
  try {
    const { name, version } = bundle.bundle.manifest;
    const pages = {
      notReady: () => notReady(running),
      metrics: () => metrics.text({ name, version, sha256: bundle.bundle.sha256 }),
    };
    const listening = options.http === undefined ? undefined : await startHttp(options.http, pages);
    if (listening !== undefined) parts.http = listening.server;
    // With port 0 this line is how one learns where to ask whether it is ready.
    if (options.nats !== undefined) log.info({ http: listening?.address }, 'waiting for NATS');
    if (options.nats !== undefined) parts.worker = await startWorker(base, options, options.nats, running);
    const waiting = new AbortController();
    if (options.watch !== undefined) {
      parts.watch = startWatch(base, options.watch, answererOf(base, parts.worker, waiting.signal));
    }
    running.ready = true;
    log.info({ http: listening?.address, watch: options.watch?.folder, threads: options.threads }, 'serving');
    return {
      http: listening?.address,
      metrics,
      failed: parts.worker?.failed ?? new Promise(() => {}),
      stop: async (graceMs) => {
        running.stopping = true;
        // Jobs of watched files may be with others: the next start finds their results.
        waiting.abort();
        log.info({ inFlight: metrics.inFlight, graceMs }, 'stopping');
        const grace = setTimeout(() => {
          stop.abort();
          void threads.close();
        }, graceMs);
        await Promise.all([parts.watch?.stop(), parts.worker?.stop()]);
        clearTimeout(grace);
        await shutDown(threads, parts);
        log.info({}, 'stopped');
      },
    };
  } catch (error) {
    stop.abort();
    await parts.worker?.stop();
    await shutDown(threads, parts);
    throw error;
  }
}

interface Running {
  readonly withNats: boolean;
  stopping: boolean;
  connection: NatsConnection | undefined;
  connected?: boolean;
  ready?: boolean;
}

function notReady({ withNats, stopping, connection, connected, ready }: Running): string | undefined {
  if (stopping) return 'stopping';
  if (withNats && connection === undefined) return 'NATS is not there yet';
  if (ready !== true) return 'starting';
  return connection !== undefined && connected !== true ? 'NATS is not connected' : undefined;
}

function threadSetup({
  bundle,
  classifier,
  alarmRate,
  names,
  hints,
}: ServeOptions): ConstructorParameters<typeof PredictThreads>[0] {
  return {
    bundle: bundle.bundle.directory,
    ...(classifier === undefined ? {} : { classifier }),
    ...(alarmRate === undefined ? {} : { alarmRate }),
    ...(names === undefined ? {} : { names }),
    ...(hints === undefined ? {} : { hints }),
  };
}

function partsOf(options: ServeOptions): Pick<ServiceBase, 'bundle' | 'log' | 'limits' | 'fetch' | 'legacy'> {
  const { bundle, log, maxInFlight, jobTimeoutMs, roots, maxCaptureBytes, legacy } = options;
  return {
    bundle,
    log,
    limits: { maxInFlight, jobTimeoutMs },
    fetch: { roots, spool: options.spool ?? tmpdir(), maxCaptureBytes },
    legacy,
  };
}

async function shutDown(
  threads: PredictThreads,
  { http, worker }: { http?: Server; worker?: Worker },
): Promise<void> {
  await threads.close();
  await worker?.disconnect();
  http?.close();
  http?.closeAllConnections();
}

/** The part that lives on NATS. */
interface Worker {
  readonly context: WorkerContext;
  readonly failed: Promise<NetworkmlError>;
  stop(): Promise<void>;
  disconnect(): Promise<void>;
}

/** A connection, and all that the service needs behind it. */
async function provisionedConnection(
  { log, signal, ...options }: ServeOptions,
  nats: NatsOptions,
  workerId: string,
): Promise<{ connection: NatsConnection; store: Provisioned }> {
  const contact = async () => {
    const connection = await connectNats({ ...nats, name: `networkml-${workerId}` });
    try {
      return { connection, store: await provision(connection, options.provision) };
    } catch (error) {
      await connection.close();
      throw error;
    }
  };
  return firstContact(contact, {
    timeoutMs: nats.connectTimeoutMs ?? 0,
    ...(signal === undefined ? {} : { signal }),
    onPause: ({ code, message }, pauseMs) => {
      log.warn({ code, message, pauseMs: Math.round(pauseMs) }, 'NATS is not there yet; trying again');
    },
  });
}

async function startWorker(
  base: ServiceBase,
  options: ServeOptions,
  nats: NatsOptions,
  running: Running,
): Promise<Worker> {
  const workerId = nuid.next();
  const { connection, store } = await provisionedConnection(options, nats, workerId);
  running.connection = connection;
  running.connected = true;
  base.metrics.connected = 1;
  void watchConnection(base, connection, running);
  let loop: JobLoop | undefined;
  let discovery: ReturnType<typeof startDiscovery> | undefined;
  const disconnect = async (): Promise<void> => {
    await Promise.race([connection.flush().catch(() => {}), pause(500)]);
    await connection.close();
  };
  try {
    const context: WorkerContext = { ...base, connection, jetstream: jetstream(connection), store, workerId };
    const classifier = options.classifier ?? base.bundle.bundle.manifest.defaultClassifier;
    discovery = startDiscovery(connection, identity(workerId), endpointsOf(context, classifier));
    loop = startJobLoop(context, async () => {
      if (running.connected === true) await provision(connection, options.provision);
    });
    const { metrics } = base;
    base.log.info({ server: connection.getServer(), worker: workerId, connected: metrics.connected }, 'NATS');
    const failed = connection.closed().then((cause) => {
      const said = cause instanceof Error ? cause.message : 'the connection was closed';
      return new NetworkmlError('NML_NATS_CONNECT', said, { cause });
    });
    const stop = async (): Promise<void> => {
      await Promise.race([discovery?.stop(), pause(1_000)]);
      await loop?.stop();
    };
    return { context, failed, stop, disconnect };
  } catch (error) {
    await disconnect();
    throw error;
  }
}

function identity(id: string): Parameters<typeof startDiscovery>[1] {
  const description = 'Role and behaviour of a device from its packet capture';
  return { name: 'networkml', id, version: libraryVersion(), description };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

async function watchConnection(
  base: ServiceBase,
  connection: NatsConnection,
  running: Running,
): Promise<void> {
  const { log, metrics } = base;
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') {
      running.connected = false;
      metrics.connected = 0;
      log.warn({ server: status.server }, 'NATS is gone; trying again');
    } else if (status.type === 'reconnect') {
      running.connected = true;
      metrics.connected = 1;
      metrics.reconnects += 1;
      log.info({ server: status.server }, 'NATS is back');
    } else if (status.type === 'error') {
      log.warn({ message: status.error.message }, 'NATS refused something');
    }
  }
  running.connected = false;
  metrics.connected = 0;
}

/** Attempts at a file that fail for our own reasons, without NATS. */
const MOST_FAILURES = 5;

/** How a watched file is answered: as a job of the stream, or by our own threads where there is none. */
function answererOf(base: ServiceBase, worker: Worker | undefined, waiting: AbortSignal): Answerer {
  return worker === undefined ? localAnswerer(base) : streamAnswerer(base, worker.context, waiting);
}

function streamAnswerer(base: ServiceBase, context: WorkerContext, waiting: AbortSignal): Answerer {
  return async (path: string, name: string): Promise<PredictionOutcome> => {
    const models = await askModels(context.connection);
    const client = {
      connection: context.connection,
      jetstream: context.jetstream,
      manager: context.store.manager,
      captures: context.store.captures,
      bundleSha256: models?.sha256 ?? base.bundle.bundle.sha256,
    };
    // No result in a day: something is wrong that a new attempt may find out.
    const wait = { signal: waiting, timeoutMs: 86_400_000 };
    return (await sendCapture(client, { path, name }, wait)).result;
  };
}

function localAnswerer(base: ServiceBase): Answerer {
  const failures = new Map<string, number>();
  return async (path: string, name: string): Promise<PredictionOutcome> => {
    base.metrics.inFlight += 1;
    try {
      const task = { source: path, name };
      const { outcome } = await base.threads.run(task, { priority: 0, deadlineMs: base.limits.jobTimeoutMs });
      base.metrics.observe(outcome);
      base.metrics.jobs.add(outcome.schema === 'networkml/error/v1' ? 'failed' : 'done');
      return outcome;
    } catch (error) {
      const count = (failures.get(name) ?? 0) + 1;
      failures.set(name, count);
      if (count < MOST_FAILURES) throw error;
      failures.delete(name);
      const { message } = error as Error;
      throw new NetworkmlError('NML_JOB_ATTEMPTS', `${MOST_FAILURES} attempts failed: ${message}`, {
        cause: error,
      });
    } finally {
      base.metrics.inFlight -= 1;
    }
  };
}
