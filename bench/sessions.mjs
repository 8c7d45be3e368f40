#!/usr/bin/env node
/**
 * CPU time (user and system, of the whole process) of `networkml sessions`, beside other programs that make flows of
 * captures; and how the time per packet depends on the number of sessions. Runs alternate; medians and the least are shown.
 *
 *   node bench/generate-capture.mjs /tmp/a.pcap --packets 613814 --sessions 28450 --bytes 304e6
 *   node bench/generate-capture.mjs /tmp/b.pcap --packets 1569926 --sessions 130000 --bytes 377e6
 *   node bench/sessions.mjs rivals /tmp/a.pcap /tmp/b.pcap [--runs 5]
 *   node bench/sessions.mjs scale [10000 100000 1000000] [--runs 3]     what a packet costs with so many live sessions
 *   node bench/sessions.mjs hostile                   5 million 5-tuples in 10 million packets
 *   node bench/sessions.mjs small                     10,000 captures of 10 packets in one call
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
});
const [what, ...captures] = positionals;
const runs = Number(values.runs);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist/cli/main.cjs');
const folder = mkdtempSync(join(tmpdir(), 'networkml-bench-'));
const plugin = join(folder, 'count.mjs');
writeFileSync(
  plugin,
  `export const plugin = { name: 'count', columns: [{ name: 'n', kind: 'int' }],
  onInit: () => ({ n: 1 }), onUpdate: (_, __, state) => void state.n++, onExpire: (_, state) => [state.n] };\n`,
);

/** One run under time(1): CPU seconds, wall seconds, peak resident megabytes. */
function once(line) {
  const report = join(folder, 'time');
  const run = spawnSync('/usr/bin/time', ['-o', report, '-f', '%U %S %e %M', 'sh', '-c', line], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  if (run.error !== undefined) throw new Error('bench/sessions.mjs needs time(1) at /usr/bin/time');
  const [user, system, wall, kilobytes] = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .at(-1)
    .split(' ')
    .map(Number);
  return run.status === 127 ? undefined : { cpu: user + system, wall, megabytes: kilobytes / 1024 };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function table(title, entries, packets, count = runs) {
  const results = entries.map(([name]) => ({ name, times: [] }));
  for (let run = 0; run < count; run++) {
    for (const [index, [, line]] of entries.entries()) {
      const result = once(line);
      if (result !== undefined) results[index].times.push(result);
    }
  }
  console.log(
    `\n${title}\n\n| command | CPU s | least | packets per CPU s | wall s | peak MB |\n|---|---|---|---|---|---|`,
  );
  for (const { name, times } of results) {
    if (times.length === 0) console.log(`| ${name} | not installed | | | | |`);
    else {
      const cpu = median(times.map((time) => time.cpu));
      const least = Math.min(...times.map((time) => time.cpu));
      const wall = median(times.map((time) => time.wall));
      const peak = Math.max(...times.map((time) => time.megabytes));
      console.log(
        `| ${name} | ${cpu.toFixed(2)} | ${least.toFixed(2)} | ${Math.round(packets / cpu).toLocaleString('en')} | ${wall.toFixed(2)} | ${peak.toFixed(0)} |`,
      );
    }
  }
}

const quoted = (path) => `'${path.replaceAll("'", "'\\''")}'`;
const sessions = (path, options) => `${process.execPath} ${cli} sessions -q ${quoted(path)} ${options}`;
const out = (name) => `-o ${quoted(join(folder, name))}`;

/** Frames of one size between hosts that are numbered by `session`. */
function frame(chunk, at, seconds, micros, session, back) {
  const size = 60;
  chunk.writeUInt32LE(seconds, at);
  chunk.writeUInt32LE(micros, at + 4);
  chunk.writeUInt32LE(size, at + 8);
  chunk.writeUInt32LE(size, at + 12);
  const eth = at + 16;
  chunk.fill(0, eth, eth + size);
  chunk.writeUInt16BE(0x0800, eth + 12);
  const ip = eth + 14;
  chunk.writeUInt32BE(0x4500002e, ip);
  chunk.writeUInt32BE(0x40110000, ip + 8);
  const host = 0x0a000000 + (session >>> 4);
  chunk.writeUInt32BE(back ? 0xc0a80001 : host, ip + 12);
  chunk.writeUInt32BE(back ? host : 0xc0a80001, ip + 16);
  const port = 1024 + (session & 15);
  chunk.writeUInt16BE(back ? 53 : port, ip + 20);
  chunk.writeUInt16BE(back ? port : 53, ip + 22);
  chunk.writeUInt16BE(26, ip + 24);
  return at + 16 + size;
}

/** A capture of `packets` that go round `count` sessions, all of them live to the end. */
function round(path, packets, count) {
  const file = openSync(path, 'w');
  const chunk = Buffer.alloc(76 * 65_536 + 24);
  chunk.writeUInt32LE(0xa1b2c3d4, 0);
  chunk.writeUInt16LE(2, 4);
  chunk.writeUInt16LE(4, 6);
  chunk.writeUInt32LE(262_144, 16);
  chunk.writeUInt32LE(1, 20);
  let at = 24;
  for (let i = 0; i < packets; i++) {
    if (at + 76 > chunk.length) {
      writeSync(file, chunk, 0, at);
      at = 0;
    }
    // 60 s in all: nothing becomes idle. Sessions take turns in an order that no cache foresees.
    const micros = Math.floor((i / packets) * 60e6);
    const turn = i % count;
    const session = Number((BigInt(turn) * 2_654_435_761n) % BigInt(count));
    at = frame(
      chunk,
      at,
      1_767_312_000 + Math.floor(micros / 1e6),
      micros % 1e6,
      session,
      i >= count && (Math.floor(i / count) & 1) === 1,
    );
  }
  writeSync(file, chunk, 0, at);
  closeSync(file);
}

function countPackets(path) {
  const bytes = readFileSync(path);
  let packets = 0;
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) packets++;
  return packets;
}

const modes = {
  rivals() {
    for (const path of captures) {
      const packets = countPackets(path);
      const file = quoted(path);
      table(
        `${packets.toLocaleString('en')} packets, ${(statSync(path).size / 1e6).toFixed(0)} MB`,
        [
          ['networkml sessions --stats, CSV', sessions(path, `--stats ${out('a.csv')}`)],
          ['networkml sessions --stats, Parquet', sessions(path, `--stats ${out('a.parquet')}`)],
          ['networkml sessions --stats, NDJSON', sessions(path, `--stats ${out('a.ndjson')}`)],
          ['networkml sessions, CSV', sessions(path, out('b.csv'))],
          [
            'networkml sessions --stats --compat nfstream, CSV',
            sessions(path, `--stats --compat nfstream ${out('n.csv')}`),
          ],
          [
            'networkml sessions --stats, CSV, a plugin',
            sessions(path, `--stats --plugin ${quoted(plugin)} ${out('c.csv')}`),
          ],
          ['softflowd -r', `softflowd -d -n 127.0.0.1:9 -r ${file}`],
          [
            'argus, racluster to CSV',
            `argus -r ${file} -w - | racluster -r - -c , -w - | ra -r - -c , > ${quoted(join(folder, 'argus.csv'))}`,
          ],
          ['tcpdump -r -w /dev/null', `tcpdump -r ${file} -w /dev/null`],
        ],
        packets,
      );
    }
  },
  /** What a packet costs more: runs of two lengths over the same sessions, so that start and rows fall out. */
  scale() {
    console.log(
      '\n| live sessions | ns of CPU time for one more packet | (least of the runs) | softflowd -m | (least) |\n|---|---|---|---|---|',
    );
    const [short, long] = [4_000_000, 8_000_000];
    const counts = captures.length > 0 ? captures.map(Number) : [10_000, 100_000, 1_000_000];
    const path = join(folder, 'scale.pcap');
    for (const count of counts) {
      const softflowd = `softflowd -d -n 127.0.0.1:9 -r ${path} -m ${count * 2}`;
      const cpu = [short, long].map((packets) => {
        round(path, packets, count);
        const lines = [sessions(path, `--stats ${out('s.csv')}`), softflowd];
        const found = lines.map(() => []);
        for (let run = 0; run < runs; run++)
          for (const [i, line] of lines.entries()) found[i].push(once(line)?.cpu);
        return found;
      });
      const ns = (program, of) =>
        Math.round(((of(cpu[1][program]) - of(cpu[0][program])) / (long - short)) * 1e9);
      const cells = [0, 1].flatMap((program) =>
        [median, (list) => Math.min(...list)].map((of) => ns(program, of)),
      );
      console.log(`| ${count.toLocaleString('en')} | ${cells.join(' | ')} |`);
    }
  },
  hostile() {
    const path = join(folder, 'hostile.pcap');
    round(path, 10_000_000, 5_000_000);
    table(
      '10,000,000 packets, 5,000,000 5-tuples, all live to the end',
      [
        ['sessions, CSV', sessions(path, out('h.csv'))],
        ['sessions --stats, CSV', sessions(path, `--stats ${out('h.csv')}`)],
      ],
      10_000_000,
      1,
    );
  },
  small() {
    const one = join(folder, 'one.pcap');
    round(one, 10, 3);
    const bytes = readFileSync(one);
    const many = mkdtempSync(join(folder, 'many-'));
    for (let i = 0; i < 10_000; i++) writeFileSync(join(many, `${String(i).padStart(5, '0')}.pcap`), bytes);
    table(
      '10,000 captures of 10 packets',
      [
        ['one of them', sessions(one, out('o.csv'))],
        ['all, one thread', sessions(many, `--jobs 1 ${out('s.csv')}`)],
      ],
      100_000,
      3,
    );
  },
};

try {
  if (modes[what] === undefined)
    throw new Error('usage: sessions.mjs rivals|scale|hostile|small [CAPTURES or COUNTS..]');
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}; page cache warm`,
  );
  modes[what]();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
