/**
 * The AsyncAPI 3 document of the service (schemas/service.asyncapi.json), made from the names in src/service/subjects.ts
 * and the schemas of the messages.
 */

/** Channel name to where it is on the wire, what goes over it, and who sends. */
function channels(subjects) {
  const token = (name) => `{${name}}`;
  return {
    jobs: {
      address: subjects.JOBS_SUBJECT,
      message: 'job',
      action: 'receive',
      about: 'A request for one prediction.',
    },
    results: {
      address: subjects.resultSubject(token('jobId')),
      message: 'result',
      action: 'send',
      about: 'The one outcome of a job: exactly one message for each, for ever.',
    },
    deadLetters: {
      address: subjects.deadSubject(token('jobId')),
      message: 'dead-letter',
      action: 'send',
      about: 'A job that failed its last attempt.',
    },
    events: {
      address: subjects.eventSubject(token('kind'), token('device')),
      message: 'event',
      action: 'send',
      about: 'Something about a device that one may want to act on.',
    },
    devices: {
      address: `$KV.${subjects.DEVICES_BUCKET}.${token('device')}`,
      message: 'device',
      action: 'send',
      about: 'Last known state of a device, in a key-value bucket.',
    },
    models: {
      address: subjects.MODELS_ENDPOINT,
      message: 'models-request',
      reply: 'models',
      action: 'receive',
      about: 'Which bundle predicts.',
    },
    predict: {
      address: subjects.PREDICT_ENDPOINT,
      message: 'capture',
      reply: 'prediction',
      action: 'receive',
      about: 'A capture in the request itself, up to the maximum payload of the server.',
    },
  };
}

const PARAMETERS = {
  jobId: 'one word of letters, digits, _ and -',
  kind: 'new-device, role-changed, anomalous or unknown',
  device: 'MAC of the device, else its first address, with dashes between the groups',
};

/** The document. `schemas` are those of the messages by name. */
export function asyncApi(subjects, schemas, version) {
  const messages = { ...messagesFrom(schemas), ...plainMessages() };
  const all = channels(subjects);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'networkml service',
      version,
      description: 'Role and behaviour of a device from its packet capture, over NATS.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(Object.entries(all).map(([name, channel]) => [name, channelOf(channel)])),
    operations: Object.fromEntries(
      Object.entries(all).map(([name, channel]) => [name, operationOf(name, channel)]),
    ),
    components: { messages },
  };
}

function messagesFrom(schemas) {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      {
        name,
        contentType: 'application/json',
        payload: { schemaFormat: 'application/schema+json;version=draft-07', schema },
      },
    ]),
  );
}

function plainMessages() {
  return {
    capture: {
      name: 'capture',
      contentType: 'application/vnd.tcpdump.pcap',
      headers: {
        type: 'object',
        properties: { 'Networkml-File': { type: 'string', description: 'name of the capture' } },
      },
      payload: { type: 'string', contentEncoding: 'binary' },
    },
    'models-request': { name: 'models-request', payload: { type: 'string', maxLength: 0 } },
  };
}

function channelOf({ address, message, reply, about }) {
  const parameters = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => [
    name,
    { description: PARAMETERS[name] },
  ]);
  const names = reply === undefined ? [message] : [message, reply];
  return {
    address,
    description: about,
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
  };
}

function operationOf(name, { action, message, reply }) {
  const channel = { $ref: `#/channels/${name}` };
  return {
    action,
    channel,
    messages: [{ $ref: `#/channels/${name}/messages/${message}` }],
    ...(reply === undefined
      ? {}
      : { reply: { channel, messages: [{ $ref: `#/channels/${name}/messages/${reply}` }] } }),
  };
}
