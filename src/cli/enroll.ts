/** `networkml enroll`: a device's own accepted captures become part of what is normal for its role. */

import { NetworkmlError } from '../errors.js';
import { type EnrollSummary, enrollCaptures, loadBundle } from '../pipeline/index.js';
import { counted, plainText } from '../report/index.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { say } from './messages.js';
import { recordFormats } from './options.js';
import { DEFAULT_SEED } from './train.js';
import { writeRecords } from './write-records.js';

export const enroll: Command = {
  options: ['output', 'role', 'device', 'bundle', 'seed', 'names', 'format'],
  formats: recordFormats,
  describe: {
    output: 'directory of the new bundle; a bundle that stands there is replaced [DIR]',
    role: 'the role of the device [NAME]',
    format: 'how the summary is written; a terminal gets a table, a pipe gets NDJSON [NAME]',
  },
  examples: [
    ['enroll accepted/ --role Printer -o my-bundle', "learn that this printer's captures are normal"],
    ['predict new.pcap --bundle my-bundle --role Printer', 'judge it by what was enrolled'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const output = settings.text('output');
  const role = settings.text('role');
  const device = settings.text('device');
  if (output === undefined || role === undefined) {
    throw new NetworkmlError(
      'NML_USAGE',
      'enroll needs the role of the device and a directory for the bundle',
      {
        hint: 'name them with --role NAME and -o DIR',
      },
    );
  }
  const bundle = await loadBundle(settings.text('bundle'));
  const summary = await enrollCaptures(words, bundle, {
    output,
    role,
    seed: settings.number('seed') ?? DEFAULT_SEED,
    ...(device === undefined ? {} : { device }),
    ...(settings.flag('names') ? { names: true } : {}),
  });
  if (!settings.flag('quiet')) for (const { reason } of summary.skipped) say(reason);
  await writeRecords([summary], settings, { to: undefined }, summaryText);
  return summary.skipped.length > 0 ? EXIT.someFailed : EXIT.done;
}

function summaryText([summary]: readonly EnrollSummary[]): string {
  if (summary === undefined) return '';
  const { path, sha256, base, role, enrolled } = summary;
  return [
    `${counted(enrolled.length, 'capture')} added to the normal ones of ${plainText(role)}`,
    `bundle    ${plainText(path)}`,
    `SHA-256   ${sha256}`,
    `made from ${base}, which is left as it was`,
    '',
  ].join('\n');
}
