/**
 * Discovery: the NATS services protocol (ADR-32 of the NATS architecture documents), version 1 of its messages. Any
 * tool that speaks it finds the service, its endpoints and how they fare.
 */

import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';

/** One thing the service answers. */
export interface Endpoint {
  readonly name: string;
  readonly subject: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** @throws ServiceFailure for what the asker is told; anything else is answered with 500 */
  answer(request: Msg): Promise<string>;
}

/** A refusal with a code, as the protocol has it. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
  readonly code: number;
  /** JSON for the body of the reply. */
  readonly body: string;

  constructor(code: number, message: string, body = '') {
    super(message);
    this.code = code;
    this.body = body;
  }
}

/** What the service is called. */
export interface ServiceIdentity {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly description: string;
}

interface EndpointStats {
  requests: number;
  errors: number;
  lastError: string;
  nanoseconds: number;
}

/** All instances that listen with the same queue share the requests. */
const QUEUE = 'q';

/**
 * Answers requests and questions about itself.
 * @returns ends that; requests being answered still get their reply
 */
export function startDiscovery(
  connection: NatsConnection,
  identity: ServiceIdentity,
  endpoints: readonly Endpoint[],
): { stop(): Promise<void> } {
  const started = new Date().toISOString();
  const stats = new Map(
    endpoints.map(({ name }) => [name, { requests: 0, errors: 0, lastError: '', nanoseconds: 0 }]),
  );
  const about = { name: identity.name, id: identity.id, version: identity.version, metadata: {} };
  const replies: Record<string, () => unknown> = {
    PING: () => ({ type: 'io.nats.micro.v1.ping_response', ...about }),
    INFO: () => ({
      type: 'io.nats.micro.v1.info_response',
      ...about,
      description: identity.description,
      endpoints: endpoints.map(({ name, subject, metadata }) => ({
        name,
        subject,
        queue_group: QUEUE,
        metadata,
      })),
    }),
    STATS: () => ({
      type: 'io.nats.micro.v1.stats_response',
      ...about,
      started,
      endpoints: endpoints.map(({ name, subject }) => statsOf(name, subject, stats.get(name))),
    }),
  };
  const subscriptions: Subscription[] = [];
  for (const [verb, reply] of Object.entries(replies)) {
    for (const subject of [verb, `${verb}.${identity.name}`, `${verb}.${identity.name}.${identity.id}`]) {
      const callback = (error: Error | null, message: Msg): void => {
        if (error === null) message.respond(JSON.stringify(reply()));
      };
      subscriptions.push(connection.subscribe(`$SRV.${subject}`, { callback }));
    }
  }
  for (const endpoint of endpoints) {
    const counted = stats.get(endpoint.name);
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null && counted !== undefined) void respond(endpoint, message, counted);
    };
    subscriptions.push(connection.subscribe(endpoint.subject, { queue: QUEUE, callback }));
  }
  return {
    stop: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.drain().catch(() => {})));
    },
  };
}

function statsOf(name: string, subject: string, stats: EndpointStats | undefined): unknown {
  const { requests = 0, errors = 0, lastError = '', nanoseconds = 0 } = stats ?? {};
  return {
    name,
    subject,
    queue_group: QUEUE,
    num_requests: requests,
    num_errors: errors,
    last_error: lastError,
    processing_time: Math.round(nanoseconds),
    average_processing_time: requests === 0 ? 0 : Math.round(nanoseconds / requests),
  };
}

async function respond(endpoint: Endpoint, message: Msg, stats: EndpointStats): Promise<void> {
  const started = performance.now();
  stats.requests += 1;
  try {
    message.respond(await endpoint.answer(message));
  } catch (error) {
    const failure =
      error instanceof ServiceFailure ? error : new ServiceFailure(500, 'the service itself failed');
    stats.errors += 1;
    stats.lastError = `${failure.code}:${failure.message}`;
    const about = headers();
    about.set('Nats-Service-Error', failure.message);
    about.set('Nats-Service-Error-Code', String(failure.code));
    message.respond(failure.body, { headers: about });
  }
  stats.nanoseconds += (performance.now() - started) * 1e6;
}
