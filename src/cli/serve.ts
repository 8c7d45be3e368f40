/** `networkml serve`: the service. */

import { availableParallelism } from 'node:os';
import { NetworkmlError } from '../errors.js';
import { checkReadsNames, loadBundle } from '../pipeline/index.js';
import type { ServeOptions, WatchOptions } from '../service/index.js';
import { onFirstSignal } from './abort.js';
import type { Command, Invocation } from './command.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { sayError } from './messages.js';
import { natsSettings } from './nats-settings.js';
import { natsOptionNames } from './service-options.js';
import type { Settings } from './settings.js';

const SECOND_MS = 1000;

/** For how long a NATS server that starts after us is waited for, seconds: containers start in any order. */
const CONNECT_SECONDS = 60;

export const serve: Command = {
  options: [
    ...natsOptionNames,
    'watch',
    'out',
    'settle',
    'http',
    'root',
    'bundle',
    'classifier',
    'alarm-rate',
    'names',
    'hints',
    'threads',
    'max-in-flight',
    'job-timeout',
    'max-capture',
    'grace',
    'spool',
    'legacy',
    'replicas',
    'ack-wait',
  ],
  examples: [
    [
      'serve --nats nats://127.0.0.1:4222 --http 127.0.0.1:8321',
      'take jobs from NATS, with health and metrics',
    ],
    ['serve --watch captures --out results', 'without NATS: a folder that captures are dropped into'],
    ['serve --watch captures --nats nats://mq:4222 --creds user.creds', 'dropped captures become jobs'],
  ],
  run,
};

async function run({ settings }: Invocation): Promise<number> {
  // Loaded only here: no other command should wait for the clients of NATS.
  const service = await import('../service/index.js');
  const nats = natsSettings(settings, service.hasCredentials, CONNECT_SECONDS);
  const options = await serveOptions(settings);
  if (nats === undefined && options.watch === undefined) {
    throw new NetworkmlError('NML_USAGE', 'nothing to serve: neither --nats nor --watch', {
      hint: 'name the NATS server with --nats or NATS_URL, or a folder with --watch and --out',
    });
  }
  if (nats === undefined && options.watch?.out === undefined) {
    throw new NetworkmlError('NML_USAGE', '--watch without NATS needs --out DIR for the results');
  }
  const level = settings.flag('quiet') ? 'silent' : settings.flag('verbose') ? 'debug' : 'info';
  const log = service.createLog(level);
  const stop = new AbortController();
  const { signal } = stop;
  const stopped = new Promise<undefined>((resolve) => {
    onFirstSignal(() => {
      stop.abort();
      resolve(undefined);
    });
  });
  const starting = service.serve({ ...options, log, signal, ...(nats === undefined ? {} : { nats }) });
  const running = await starting.catch((error: unknown) => {
    // Told to end while it still waited for the server: nothing had begun.
    if (signal.aborted) return undefined;
    throw error;
  });
  if (running === undefined) return EXIT.done;
  const failure = await Promise.race([running.failed, stopped]);
  await running.stop((settings.number('grace') ?? 10) * SECOND_MS);
  if (failure === undefined) return EXIT.done;
  sayError(failure, settings.flag('debug'));
  return exitCodeOf(failure);
}

async function serveOptions(settings: Settings): Promise<Omit<ServeOptions, 'log' | 'nats'>> {
  const classifier = settings.text('classifier');
  // A wrong name is told before anything is served.
  const bundle = await loadBundle(settings.text('bundle'), classifier);
  if (settings.flag('names')) checkReadsNames(bundle);
  const threads = settings.number('threads') ?? availableParallelism();
  const watch = watchOptions(settings);
  const http = settings.text('http');
  const spool = settings.text('spool');
  const alarmRate = settings.text('alarm-rate');
  return {
    bundle,
    roots: settings.list('root'),
    threads,
    maxInFlight: settings.number('max-in-flight') ?? 2 * threads,
    jobTimeoutMs: (settings.number('job-timeout') ?? 600) * SECOND_MS,
    maxCaptureBytes: (settings.number('max-capture') ?? 4096) * 1e6,
    legacy: settings.flag('legacy'),
    provision: {
      replicas: settings.number('replicas') ?? 1,
      ackWaitMs: (settings.number('ack-wait') ?? 30) * SECOND_MS,
    },
    ...(classifier === undefined ? {} : { classifier }),
    ...(alarmRate === undefined ? {} : { alarmRate: alarmRate === '0.01' ? 0.01 : 0.05 }),
    ...(settings.flag('names') ? { names: true } : {}),
    ...(settings.flag('hints') ? { hints: true } : {}),
    ...(watch === undefined ? {} : { watch }),
    ...(http === undefined ? {} : { http }),
    ...(spool === undefined ? {} : { spool }),
  };
}

function watchOptions(settings: Settings): WatchOptions | undefined {
  const folder = settings.text('watch');
  const out = settings.text('out');
  if (folder === undefined) {
    if (out === undefined) return undefined;
    throw new NetworkmlError('NML_USAGE', '--out is for the results of --watch');
  }
  const settleMs = (settings.number('settle') ?? 2) * SECOND_MS;
  return { folder, settleMs, ...(out === undefined ? {} : { out }) };
}
