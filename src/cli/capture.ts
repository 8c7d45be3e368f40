/** `networkml capture`: live packets, split by device and cut into windows, as captures and as predictions. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DriverName,
  driverNames,
  type LiveOptions,
  type LiveResult,
  type LiveSource,
  liveCapture,
  openLive,
  type WindowSink,
} from '../capture/index.js';
import { NetworkmlError } from '../errors.js';
import { bundleTitles, checkReadsNames, loadBundle } from '../pipeline/index.js';
import { errorSentence } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import { onAbort, onFirstSignal } from './abort.js';
import { startPredictThread } from './capture-predict.js';
import { openServiceSender, type ServiceSender } from './capture-service.js';
import { liveReport, printingSink } from './capture-sinks.js';
import type { Command, Invocation } from './command.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { say, sayError } from './messages.js';
import { recordFormats } from './options.js';
import { openOutput } from './output.js';
import type { PredictSettings } from './predict-input.js';
import { natsOptionNames } from './service-options.js';
import type { Settings } from './settings.js';
import { splitSettings } from './split.js';
import { formatFor, styleFor } from './style.js';

/** A quarter of an hour: what the shipped bundle was trained on. */
const WINDOW_SECONDS = 900;
const SNAPLEN_BYTES = 256;
/** What devices say of themselves fills a packet at most: 1,500 bytes behind the headers of Ethernet with tags. */
const SPOKEN_SNAPLEN_BYTES = 1600;
const MOST_SNAPLEN_BYTES = 262_144;
const BUFFER_MIB = 32;
const WINDOW_MB = 16_384;
/** Windows that overlap at one moment, at most: each keeps captures of its own. */
const MOST_OVERLAPPING = 16;
/** The windows that come meanwhile wait; more than that could not. */
const STEPS_OF_PATIENCE = 3;

export const capture: Command = {
  options: [
    'interface',
    'split-dir',
    'predict',
    'window',
    'step',
    'duration',
    'driver',
    'filter',
    'snaplen',
    'kernel-buffer',
    'max-window',
    'min-packets',
    'groups',
    'name',
    'bundle',
    'classifier',
    'role',
    'alarm-rate',
    'names',
    'hints',
    ...natsOptionNames,
    'timeout',
    'format',
    'output',
  ],
  formats: recordFormats,
  describe: {
    window: 'length of a window (default 900) [SECONDS]',
    nats: 'send the captures of each window to the service there, several servers between commas (default $NATS_URL where neither --predict nor --split-dir is given)',
    timeout: 'for the results of one window from the service (default: three steps)',
    name: 'what stands for the role in the names of the captures (default Unknown) [NAME]',
    names:
      'read names and codes of process protocols, too, in --predict, and keep 1600 bytes of each packet for it, which is payload',
    hints:
      'count what devices say of themselves, their names and makers in --predict, and keep 1600 bytes of each packet for it, which is payload',
    role: 'the role of all devices, where it is known: behaviour is judged by it [NAME]',
    filter: "only packets that match, in tcpdump's language [EXPRESSION]",
  },
  examples: [
    ['capture -i eth0 --predict', 'every quarter of an hour, role and behaviour of each device'],
    ['capture -i eth0 --split-dir captures/', 'a named capture for each device and quarter of an hour'],
    [
      'capture -i eth0 --nats nats://127.0.0.1:4222',
      'the service predicts, and publishes results and events',
    ],
    ['capture -i eth0 --predict --window 900 --step 300', 'the last quarter of an hour, every five minutes'],
  ],
  run,
};

async function run({ settings }: Invocation): Promise<number> {
  const plan = planOf(settings);
  // A wrong name is told before anything is captured.
  const bundle = plan.predict
    ? await loadBundle(settings.text('bundle'), settings.text('classifier'))
    : undefined;
  if (bundle !== undefined && settings.flag('names')) checkReadsNames(bundle);
  const folder = openFolder(plan.directory);
  const output = openOutput(settings.text('output'));
  const predictor =
    bundle === undefined
      ? undefined
      : startPredictThread({ bundle: bundle.bundle.directory, settings: predictSettings(settings) });
  let sender: ServiceSender | undefined;
  try {
    if (plan.send) sender = await openServiceSender(settings, plan.timeoutMs);
    const source = telling(await openLive(plan.live, plan.driver), sender);
    const about = { interface: plan.live.interface, driver: source.driver };
    if (!settings.flag('quiet')) say(`capturing on ${about.interface} with ${about.driver}`);
    const format = formatFor(output, settings);
    const titles = bundle?.titles ?? (await titlesFor(plan, format, settings));
    const report = liveReport(format, styleFor(output, settings, titles));
    await output.write(report.head());
    const kept = plan.directory !== undefined;
    const onOutcome = (outcome: PredictionOutcome): void => complain(outcome, settings);
    const sink = printingSink({ about, output, report, kept, predictor, sender, onOutcome });
    const result = await captureToEnd(
      source,
      plan,
      { directory: folder.path, kept, sinks: [sink], sender },
      settings,
    );
    const { failure, ...total } = result;
    await output.write(
      report.end({ schema: 'networkml/live/v1', ...about, ...total, service: sender?.counts ?? null }),
    );
    await output.commit();
    if (failure === null) return (sender?.counts.lost ?? 0) > 0 ? EXIT.someFailed : EXIT.done;
    sayError(failure, settings.flag('debug'));
    return exitCodeOf(failure);
  } catch (error) {
    output.abandon();
    throw error;
  } finally {
    folder.remove();
    await predictor?.close();
    await sender?.close();
  }
}

/** The sender hears that the capture comes to its end, whoever ends it. */
function telling(source: LiveSource, sender: ServiceSender | undefined): LiveSource {
  if (sender === undefined) return source;
  return {
    driver: source.driver,
    stream: source.stream,
    drops: () => source.drops(),
    stop: (atOnce) => {
      sender.ending();
      source.stop(atOnce);
    },
  };
}

/** Readable names of the roles, where a table shows what the service says. */
async function titlesFor(
  { send }: Plan,
  format: string,
  settings: Settings,
): Promise<ReadonlyMap<string, string>> {
  if (format !== 'table' || !send) return new Map();
  return bundleTitles(settings.text('bundle'));
}

/** What is to be captured and how. */
interface Plan {
  readonly live: LiveOptions;
  readonly driver: DriverName | 'auto';
  /** Where captures are kept; undefined for a folder that goes away. */
  readonly directory: string | undefined;
  readonly predict: boolean;
  /** Whether the captures go to the service. */
  readonly send: boolean;
  /** For the service's results of one window. */
  readonly timeoutMs: number;
  readonly windowSeconds: number;
  readonly stepSeconds: number;
  /** Milliseconds after which it ends by itself. */
  readonly durationMs: number | undefined;
}

/** @throws NetworkmlError NML_USAGE */
function planOf(settings: Settings): Plan {
  const name = settings.text('interface');
  const directory = settings.text('split-dir');
  const predict = settings.flag('predict');
  if (name === undefined) throw new NetworkmlError('NML_USAGE', 'capture needs -i INTERFACE');
  // Whoever asks for something else does not mean the service that $NATS_URL names.
  const named = (process.env.NATS_URL ?? '') !== '' && directory === undefined && !predict;
  const send = settings.text('nats') !== undefined || named;
  if (directory === undefined && !predict && !send) {
    throw new NetworkmlError(
      'NML_USAGE',
      'capture needs --split-dir, --predict or --nats: nothing would be left',
    );
  }
  const windowSeconds = settings.number('window') ?? WINDOW_SECONDS;
  const stepSeconds = settings.number('step') ?? windowSeconds;
  if (windowSeconds < 1 || stepSeconds < 1 || stepSeconds * MOST_OVERLAPPING < windowSeconds) {
    const least = `windows of a second or more, and steps of a second and a ${MOST_OVERLAPPING}th of the window or more`;
    throw new NetworkmlError('NML_USAGE', `--window ${windowSeconds} --step ${stepSeconds}: ${least}`);
  }
  const driver = settings.text('driver');
  const usualBytes = settings.flag('hints') || settings.flag('names') ? SPOKEN_SNAPLEN_BYTES : SNAPLEN_BYTES;
  const filter = settings.text('filter');
  const duration = settings.number('duration');
  return {
    live: {
      interface: name,
      snaplenBytes: Math.min(MOST_SNAPLEN_BYTES, settings.number('snaplen') ?? usualBytes),
      bufferMiB: settings.number('kernel-buffer') ?? BUFFER_MIB,
      ...(filter === undefined ? {} : { filter }),
    },
    driver: driverNames.find((known) => known === driver) ?? 'auto',
    directory,
    predict,
    send,
    timeoutMs: (settings.number('timeout') ?? STEPS_OF_PATIENCE * stepSeconds) * 1000,
    windowSeconds,
    stepSeconds,
    durationMs: duration === undefined ? undefined : duration * 1000,
  };
}

/** The folder for captures: the one that was named, or one that goes away. */
function openFolder(named: string | undefined): { readonly path: string; remove(): void } {
  try {
    if (named === undefined) {
      const path = mkdtempSync(join(tmpdir(), 'networkml-capture-'));
      const forget = onAbort(() => rmSync(path, { recursive: true, force: true }));
      return {
        path,
        remove: () => {
          rmSync(path, { recursive: true, force: true });
          forget();
        },
      };
    }
    mkdirSync(named, { recursive: true });
    return { path: named, remove: () => {} };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkmlError('NML_OUTPUT', said, { file: named ?? tmpdir(), cause });
  }
}

/** Where the captures go. */
interface Receivers {
  readonly directory: string;
  readonly kept: boolean;
  readonly sinks: readonly WindowSink[];
  readonly sender: ServiceSender | undefined;
}

/** The first signal ends the capture, and what was captured is used; the second ends the run. */
async function captureToEnd(
  source: LiveSource,
  { windowSeconds, stepSeconds, durationMs }: Plan,
  { directory, kept, sinks, sender }: Receivers,
  settings: Settings,
): Promise<LiveResult> {
  const stop = (): void => source.stop();
  const signalsEndAgain = onFirstSignal(stop);
  const forget = [onAbort(() => source.stop(true))];
  const timer = durationMs === undefined ? undefined : setTimeout(stop, durationMs);
  try {
    return await liveCapture(source, {
      windowSeconds,
      stepSeconds,
      split: {
        directory,
        ...splitSettings(settings),
        limits: { outputBytes: (settings.number('max-window') ?? WINDOW_MB) * 1e6 },
      },
      sinks,
      onStart: (cleanUp) => forget.push(onAbort(cleanUp)),
      onEvicted: ({ number, captures }) => {
        sender?.lose(captures.length);
        if (!settings.flag('quiet')) say(`window ${number} was left out: those before it take too long`);
      },
      onDone: ({ captures }) => {
        if (!kept) for (const { path } of captures) rmSync(path, { force: true });
      },
    });
  } finally {
    clearTimeout(timer);
    signalsEndAgain();
    for (const action of forget) action();
  }
}

function complain(outcome: PredictionOutcome, settings: Settings): void {
  // Most devices of a window say nothing that could be judged; that is no news.
  const silent = outcome.schema !== 'networkml/error/v1' || outcome.error.code === 'NML_NO_SESSIONS';
  if (!silent && !settings.flag('quiet')) say(errorSentence(outcome));
}

function predictSettings(settings: Settings): PredictSettings {
  const role = settings.text('role');
  const classifier = settings.text('classifier');
  const alarmRate = settings.text('alarm-rate');
  return {
    ...(role === undefined ? {} : { role }),
    ...(classifier === undefined ? {} : { classifier }),
    ...(settings.flag('names') ? { names: true } : {}),
    ...(settings.flag('hints') ? { hints: true } : {}),
    ...(alarmRate === undefined ? {} : { alarmRate: alarmRate === '0.01' ? 0.01 : 0.05 }),
  };
}
