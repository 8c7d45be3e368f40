/** The endpoints of the service: a capture in the request itself, and what the service predicts with. */

import type { Msg } from '@nats-io/transport-node';
import { toNetworkmlError } from '../errors.js';
import type { WorkerContext } from './context.js';
import { type Endpoint, ServiceFailure } from './discovery.js';
import type { ModelsReply } from './messages.js';
import { FILE_HEADER, MODELS_ENDPOINT, PREDICT_ENDPOINT } from './subjects.js';

/** Longest name that is taken from a header, characters. */
const LONGEST_NAME = 1024;

/** Name in the record of a capture that came without one. */
const NAMELESS = 'request';

/** The endpoints of a worker. */
export function endpointsOf(context: WorkerContext, classifier: string): Endpoint[] {
  let busy = 0;
  return [
    {
      name: 'predict',
      subject: PREDICT_ENDPOINT,
      metadata: { request: 'bytes of a capture', reply: 'networkml/prediction/v1' },
      answer: async (request) => {
        context.metrics.requests += 1;
        if (busy >= context.limits.maxInFlight)
          throw new ServiceFailure(429, 'busy: ask again, or send a job');
        busy += 1;
        try {
          return await predictRequest(request, context);
        } finally {
          busy -= 1;
        }
      },
    },
    {
      name: 'models',
      subject: MODELS_ENDPOINT,
      metadata: { request: 'nothing', reply: 'networkml/models/v1' },
      answer: async () => JSON.stringify(modelsReply(context, classifier)),
    },
  ];
}

async function predictRequest(request: Msg, { threads, limits, metrics }: WorkerContext): Promise<string> {
  const name = request.headers?.get(FILE_HEADER) || NAMELESS;
  if (name.length > LONGEST_NAME) throw new ServiceFailure(400, `${FILE_HEADER} is too long`);
  // A copy of its own: the client's buffer holds other messages too.
  const source = new Uint8Array(request.data);
  const { outcome, fault } = await threads
    .run({ source, name }, { priority: 0, deadlineMs: limits.jobTimeoutMs })
    .catch((error: unknown) => {
      throw new ServiceFailure(500, toNetworkmlError(error).message);
    });
  metrics.observe(outcome);
  if (outcome.schema === 'networkml/prediction/v1') return JSON.stringify(outcome);
  const code = fault === 'input' || fault === 'usage' ? 400 : 500;
  throw new ServiceFailure(code, `${outcome.error.code}: ${outcome.error.message}`, JSON.stringify(outcome));
}

/** The bundle in use. */
function modelsReply({ bundle }: WorkerContext, classifier: string): ModelsReply {
  const { manifest, sha256 } = bundle.bundle;
  return {
    schema: 'networkml/models/v1',
    name: manifest.name,
    version: manifest.version,
    sha256,
    classifier,
    roles: bundle.roles.map((id) => ({ id, title: bundle.titles.get(id) ?? id })),
  };
}
