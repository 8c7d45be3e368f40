import { readFileSync } from 'node:fs';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect, vi } from 'vitest';
import { loadBundle } from '../../../src/pipeline/index.js';
import {
  createLog,
  type DeviceState,
  type ResultMessage,
  type ServeOptions,
  type Service,
  serve,
} from '../../../src/service/index.js';
import { expectSchema } from '../../cli/schema.js';
import type { NatsServer } from './nats-server.js';

/** A service in this process, silent, with small limits. */
export async function startService(options: Partial<ServeOptions> = {}): Promise<Service> {
  return serve({
    bundle: await loadBundle(),
    roots: [],
    threads: 1,
    maxInFlight: 4,
    jobTimeoutMs: 60_000,
    maxCaptureBytes: 1e9,
    legacy: false,
    provision: { replicas: 1, ackWaitMs: 2_000 },
    log: createLog('silent'),
    ...options,
  });
}

/** The other side of a service. */
export interface Client {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  captures(): Promise<ObjectStore>;
  /** Puts bytes into the bucket. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Sends a job; its form is checked only where it is right. */
  send(job: unknown): Promise<void>;
  result(id: string): Promise<ResultMessage>;
  /** Messages on a subject of a stream, oldest first. */
  stored(stream: string, subject: string): Promise<unknown[]>;
  device(key: string): Promise<DeviceState | undefined>;
}

export async function openClient({ url }: NatsServer): Promise<Client> {
  const connection = await connect({
    servers: url.replace('nats://', ''),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const js = jetstream(connection);
  const captures = (): Promise<ObjectStore> =>
    new Objm(connection).open('networkml-captures', { check: false });
  return {
    connection,
    jetstream: js,
    manager,
    captures,
    put: async (name, bytes) => {
      await (await captures()).putBlob({ name }, bytes);
    },
    send: async (job) => {
      await js.publish('networkml.jobs.predict', typeof job === 'string' ? job : JSON.stringify(job));
    },
    result: async (id) => {
      const message = await vi.waitFor(
        async () => {
          const found = await manager.streams.getMessage('NETWORKML_RESULTS', {
            last_by_subj: `networkml.results.${id}`,
          });
          if (found === null) throw new Error(`no result of ${id}`);
          return found;
        },
        { timeout: 20_000, interval: 20 },
      );
      const result = message.json<ResultMessage>();
      expectSchema('result-v1', result);
      return result;
    },
    stored: async (stream, subject) => {
      const { state } = await manager.streams.info(stream, { subjects_filter: subject });
      const found: unknown[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
        const message = await manager.streams.getMessage(stream, { seq }).catch(() => null);
        const pattern = new RegExp(`^${subject.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`);
        if (message !== null && pattern.test(message.subject)) found.push(message.json());
      }
      return found;
    },
    device: async (key) => {
      const entry = await (await new Kvm(connection).open('networkml-devices')).get(key);
      return entry?.json<DeviceState>();
    },
  };
}

/** A capture of the examples with all its times later, seconds. */
export function laterCapture(file: string, seconds: number): Uint8Array {
  const bytes = Buffer.from(readFileSync(file));
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    bytes.writeUInt32LE(bytes.readUInt32LE(at) + seconds, at);
  }
  return bytes;
}

/** The result as a prediction; fails when it is none. */
export function prediction(
  result: ResultMessage,
): Extract<ResultMessage, { schema: 'networkml/prediction/v1' }> {
  expect(result.schema).toBe('networkml/prediction/v1');
  if (result.schema !== 'networkml/prediction/v1') throw new Error('unreachable');
  return result;
}

/** The result as an error record; fails when it is none. */
export function failure(result: ResultMessage): Extract<ResultMessage, { schema: 'networkml/error/v1' }> {
  expect(result.schema).toBe('networkml/error/v1');
  if (result.schema !== 'networkml/error/v1') throw new Error('unreachable');
  return result;
}
