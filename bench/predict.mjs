#!/usr/bin/env node
/**
 * Whole-process time of `networkml predict`, on a small capture against an empty `node -e 0`, and on a large one against
 * other programs that read captures. Runs alternate, so that a busy machine treats all alike; medians are shown.
 *
 *   node bench/generate-capture.mjs /tmp/big.pcap --bytes 635e6
 *   node bench/predict.mjs /tmp/big.pcap [--runs 7]
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '7' } },
});
const big = positionals[0];
if (big === undefined) throw new Error('usage: predict.mjs BIG.pcap [--runs N]');
const runs = Number(values.runs);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist/cli/main.cjs');
const small = join(root, 'examples/Printer-lab0001print1-Tue1215-135-n00.pcap');

/** Packets of a classic little-endian capture, counted here so that nobody's own count is trusted. */
function countPackets(path) {
  const file = openSync(path, 'r');
  const size = statSync(path).size;
  const chunk = Buffer.alloc(1 << 22);
  let packets = 0;
  let base = 24;
  while (base < size) {
    const got = readSync(file, chunk, 0, chunk.length, base);
    let at = 0;
    while (at + 16 <= got) {
      const length = 16 + chunk.readUInt32LE(at + 8);
      if (at + length > got) break;
      at += length;
      packets++;
    }
    if (at === 0) break;
    base += at;
  }
  closeSync(file);
  return packets;
}

const node = process.execPath;
const groups = {
  small: [
    ['node -e 0', node, ['-e', '0']],
    ['networkml predict (small)', node, [cli, 'predict', '--quiet', small]],
  ],
  big: [
    ['networkml predict', node, [cli, 'predict', '--quiet', big]],
    ['tcpdump -r -w /dev/null', 'tcpdump', ['-r', big, '-w', '/dev/null']],
    ['softflowd -r', 'softflowd', ['-d', '-n', '127.0.0.1:9', '-r', big]],
    ['tshark -q -z conv,tcp', 'tshark', ['-n', '-q', '-z', 'conv,tcp', '-r', big]],
  ],
};

/** Wall seconds of one run; undefined when the program is not there. */
function once(program, args) {
  const start = process.hrtime.bigint();
  const run = spawnSync(program, args, { stdio: 'ignore' });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  if (run.error !== undefined) return undefined;
  return wall;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function measure(entries, count) {
  const times = new Map(entries.map(([name]) => [name, []]));
  for (let run = 0; run < count; run++) {
    for (const [name, program, args] of entries) {
      const list = times.get(name);
      // tshark takes a hundred times as long: one run is enough to see that.
      if (name.startsWith('tshark') && run > 0) continue;
      const result = once(program, args);
      if (result !== undefined) list.push(result);
    }
  }
  return times;
}

spawnSync('cat', [big], { stdio: ['ignore', 'ignore', 'ignore'] });
const packets = countPackets(big);
const megabytes = statSync(big).size / 1e6;
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}; page cache warm`,
);
console.log(
  `${packets} packets, ${megabytes.toFixed(0)} MB; medians of ${runs} alternating runs (tshark: 1)`,
);
console.log('| command | seconds | least | packets/s | MB/s |\n|---|---|---|---|---|');
for (const [group, entries] of Object.entries(groups)) {
  for (const [name, list] of measure(entries, group === 'small' ? runs * 3 : runs)) {
    if (list.length === 0) {
      console.log(`| ${name} | not installed | | | |`);
      continue;
    }
    const seconds = median(list);
    const rates =
      group === 'small' ? ['', ''] : [Math.round(packets / seconds), Math.round(megabytes / seconds)];
    console.log(
      `| ${name} | ${seconds.toFixed(3)} | ${Math.min(...list).toFixed(3)} | ${rates[0]} | ${rates[1]} |`,
    );
  }
}
