/** `networkml packets`: one row for every packet. */

import { packetColumns, readPacketTable } from '../pipeline/index.js';
import type { Command, Invocation } from './command.js';
import { eachCapture } from './each-capture.js';
import { CaptureResults, columnFormats } from './feature-output.js';
import { say } from './messages.js';

export const packets: Command = {
  options: ['format', 'output', 'filter', 'no-tunnels', 'names'],
  formats: columnFormats,
  describe: {
    names: 'a column with the names in DNS questions, which are payload',
    format: 'how rows are written; without it as the name after -o ends, else NDJSON, on a terminal CSV',
  },
  examples: [
    ['packets capture.pcap -o packets.csv', 'every packet as a row of a table'],
    ['packets captures/ -o packets.parquet', 'the same with typed columns'],
    ['packets capture.pcap --names --format ndjson', 'with the names that are asked for in DNS'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const names = settings.flag('names');
  const filter = settings.text('filter');
  const results = new CaptureResults(settings);
  try {
    await results.startTable(packetColumns(names));
    await eachCapture(words, settings, {
      read: async (path, onProgress) => {
        const { damage } = await readPacketTable(
          path,
          {
            names,
            tunnels: !settings.flag('no-tunnels'),
            ...(filter === undefined ? {} : { filter }),
            onProgress,
          },
          (batch) => results.batch(batch),
        );
        if (damage !== null && !settings.flag('quiet')) say(damage.at(path).toSentence());
        results.done();
      },
      fail: (error, path) => results.fail(error, path),
    });
    return await results.finish();
  } catch (error) {
    results.abandon();
    throw error;
  }
}
