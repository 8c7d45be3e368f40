/** Options of `serve` and `submit`: part of the table in `options.ts`. */

/** Where NATS is and who we are: secrets come from files and the environment, never from the command line. */
export const natsOptionNames = [
  'nats',
  'user',
  'password-file',
  'token-file',
  'nkey',
  'creds',
  'tls-ca',
  'tls-cert',
  'tls-key',
  'insecure',
] as const;

export const serviceOptionTable = {
  nats: {
    kind: 'text',
    value: 'URL',
    describe: 'the NATS server, several between commas: nats://host:4222 or tls://host (default $NATS_URL)',
    setting: true,
  },
  user: { kind: 'text', value: 'NAME', describe: 'user at the NATS server', setting: true },
  'password-file': {
    kind: 'text',
    value: 'FILE',
    describe: 'file with the password, or set $NETWORKML_NATS_PASSWORD',
    setting: true,
  },
  'token-file': {
    kind: 'text',
    value: 'FILE',
    describe: 'file with the token, or set $NETWORKML_NATS_TOKEN',
    setting: true,
  },
  nkey: { kind: 'text', value: 'FILE', describe: 'file with the seed of an nkey', setting: true },
  creds: {
    kind: 'text',
    value: 'FILE',
    describe: 'credentials file of a user (JWT and seed)',
    setting: true,
  },
  'tls-ca': {
    kind: 'text',
    value: 'FILE',
    describe: 'certificates of the authorities that the server is trusted by',
    setting: true,
  },
  'tls-cert': { kind: 'text', value: 'FILE', describe: 'our own certificate', setting: true },
  'tls-key': { kind: 'text', value: 'FILE', describe: 'the key of our own certificate', setting: true },
  insecure: {
    kind: 'flag',
    describe: 'send passwords and tokens over plain connections to other machines',
    setting: true,
  },
  watch: {
    kind: 'text',
    value: 'DIR',
    describe: 'answer each capture that is dropped there, then move it to done/ or failed/',
    setting: true,
  },
  out: { kind: 'text', value: 'DIR', describe: 'write the results of --watch there as files', setting: true },
  settle: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'a dropped capture is complete when it has not changed for so long (default 2)',
    setting: true,
  },
  http: {
    kind: 'text',
    value: 'HOST:PORT',
    describe: 'serve /livez, /readyz and /metrics there, for example 127.0.0.1:8321',
    setting: true,
  },
  root: {
    kind: 'list',
    value: 'DIRS',
    describe: 'folders that jobs may name files in; without any, jobs name objects only',
    setting: true,
  },
  threads: {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'captures computed at a time (default: one for each processor)',
    setting: true,
  },
  'max-in-flight': {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'jobs held at a time, being fetched or computed (default: twice the threads)',
    setting: true,
  },
  'job-timeout': {
    kind: 'number',
    value: 'SECONDS',
    describe: 'for one attempt at a job (default 600)',
    setting: true,
  },
  'max-capture': {
    kind: 'count',
    value: 'MB',
    least: 1,
    describe: 'largest capture (default 4096)',
    setting: true,
  },
  grace: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'for running jobs after SIGTERM, then they are handed back (default 10)',
    setting: true,
  },
  spool: {
    kind: 'text',
    value: 'DIR',
    describe:
      'folder for objects of more than 4 MB while they are computed (default: that for temporary files)',
    setting: true,
  },
  legacy: {
    kind: 'flag',
    describe: 'also publish the message of NetworkML 0.4.5 on poseidon.algos.decider',
    setting: true,
  },
  replicas: {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'copies of each stream that is made, in a cluster (default 1)',
    setting: true,
  },
  'ack-wait': {
    kind: 'number',
    value: 'SECONDS',
    describe: 'silence after which a job goes to another worker, where the consumer is made (default 30)',
    setting: true,
  },
  timeout: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'for the result of one capture (default 600)',
    setting: true,
  },
  'by-path': {
    kind: 'flag',
    describe: 'send the path, not the bytes: the service reads the file below one of its --root folders',
    setting: true,
  },
  priority: {
    kind: 'count',
    value: '0-9',
    least: 0,
    describe: 'among the jobs that a worker holds, higher ones are computed first (default 0)',
    setting: true,
  },
} as const;
