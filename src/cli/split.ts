/** `networkml split`: one capture per device out of a mixed one. */

import {
  checkDeviceName,
  type GroupRule,
  type SplitCapture,
  type SplitRecord,
  splitCapture,
} from '../capture/index.js';
import { NetworkmlError } from '../errors.js';
import { arrayReport, counted, linesReport, type ReportStyle } from '../report/index.js';
import { onAbort } from './abort.js';
import { deviceCaptureRecord, deviceCaptureTable } from './capture-records.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { say } from './messages.js';
import { recordFormats } from './options.js';
import { openOutput } from './output.js';
import { captureTracker, progressLine } from './progress.js';
import type { Settings } from './settings.js';
import { formatFor, styleFor } from './style.js';

export const split: Command = {
  options: ['output', 'min-packets', 'groups', 'name', 'format'],
  formats: recordFormats,
  describe: {
    output: 'the directory for the captures; made when it is not there [DIR]',
    name: 'what stands for the role in the names of the captures (default Unknown) [NAME]',
  },
  examples: [
    ['split office.pcap -o devices/', 'a capture for each device in it'],
    ['split office.pcap -o devices/ --min-packets 100', 'only for those with something to look at'],
    ['split - -o devices/ < office.pcap.gz', 'a mixed capture from standard input'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const [path = '-'] = words;
  const directory = settings.text('output');
  if (directory === undefined) {
    throw new NetworkmlError('NML_USAGE', 'split needs -o DIR, the directory for the captures');
  }
  const progress = progressLine(settings);
  const track = captureTracker([null], progress);
  const done = await splitCapture(path === '-' ? process.stdin : path, {
    name: path,
    directory,
    ...splitSettings(settings),
    onProgress: (now) => track.progress(0, now),
    onStart: onAbort,
  });
  progress.clear();
  await report(path, done, settings);
  return EXIT.done;
}

/** What a split and a live capture take from the settings in the same way. */
export function splitSettings(settings: Settings): {
  deviceName?: string;
  groups?: GroupRule;
  minPackets?: number;
} {
  const name = settings.text('name');
  const groups = settings.text('groups');
  const minPackets = settings.number('min-packets');
  return {
    ...(name === undefined ? {} : { deviceName: checkDeviceName(name) }),
    ...(groups === 'all' || groups === 'sender' || groups === 'members' ? { groups } : {}),
    ...(minPackets === undefined ? {} : { minPackets }),
  };
}

async function report(path: string, done: SplitCapture, settings: Settings): Promise<void> {
  const records = done.captures.map(deviceCaptureRecord);
  const { damage, truncated } = done.summary;
  const { frames, silent, belowMinimum } = done;
  const summary: SplitRecord = {
    schema: 'networkml/split/v1',
    capture: { file: path, truncated },
    devices: records.length,
    silent,
    belowMinimum,
    frames,
  };
  if (damage !== null && !settings.flag('quiet')) say(`${path}: read up to here: ${damage.toSentence()}`);
  const output = openOutput(undefined);
  const format = formatFor(output, settings);
  if (format === 'table') {
    const style: ReportStyle = styleFor(output, settings, new Map());
    await output.write(`${deviceCaptureTable(records, style)}${sentence(summary)}\n`);
    return;
  }
  const lines = format === 'json' ? arrayReport() : linesReport();
  await output.write([lines.head(), ...[...records, summary].map(lines.record), lines.end()].join(''));
}

/** What happened to all frames, in words. */
function sentence({ devices, silent, belowMinimum, frames }: SplitRecord): string {
  const lost = Object.entries(frames.unplaced).map(([reason, n]) => `${reason} ${n}`);
  return [
    `${counted(frames.read, 'frame')} to ${counted(devices, 'capture')}`,
    ...(lost.length === 0 ? [] : [`not placed: ${lost.join(', ')}`]),
    ...(silent === 0 ? [] : [`${counted(silent, 'address', 'addresses')} never sent anything`]),
    ...(belowMinimum === 0 ? [] : [`${counted(belowMinimum, 'device')} below the minimum`]),
    ...(frames.curtailed === 0 ? [] : [`${counted(frames.curtailed, 'broadcast')} cut short by a limit`]),
  ].join('; ');
}
