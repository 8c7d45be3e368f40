/**
 * What the storms, the soak and the benchmark of the service share: servers and workers that are started, killed and
 * started again, captures of many devices, and the streams as they are in the end.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/cli/main.cjs');
export const example = join(root, 'examples/DistrFileShare-lab0001files1-Tue1215-136-n00.pcap');

/** Random numbers that are the same for the same seed (xorshift, 32 bits). */
export function randomFrom(seed) {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A folder that is removed at the end of the process. */
export function temporaryFolder(prefix) {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const children = new Set();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function start(file, words, options = {}) {
  const child = spawn(file, words, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  children.add(child);
  child.ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal);
    });
  });
  return child;
}

/** A NATS server with JetStream on a port of its own; killed and restarted it has the same data. */
export async function startNats({ configuration } = {}) {
  const folder = temporaryFolder('networkml-nats-');
  const port = await freePort();
  const words = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder];
  if (configuration !== undefined) {
    writeFileSync(join(folder, 'nats.conf'), configuration);
    words.push('-c', join(folder, 'nats.conf'));
  }
  const server = { url: `nats://127.0.0.1:${port}`, child: undefined };
  server.start = async () => {
    server.child = start('nats-server', words);
    await ready(server.child, /Server is ready/, 'nats-server');
  };
  server.kill = async () => {
    server.child.kill('SIGKILL');
    await server.child.ended;
  };
  await server.start();
  return server;
}

/** Waits until a child says something on standard error, and keeps reading it. */
function ready(child, pattern, name) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      if (said === undefined) return;
      said += chunk;
      if (!pattern.test(said)) return;
      said = undefined;
      resolve();
    });
    child.ended.then((code) => reject(new Error(`${name} ended with ${code}: ${said}`)));
  });
}

/** A worker process. `words` are more flags of `serve`, `probe` is a file that scripts/soak-probe.cjs writes to. */
export function startWorker(url, words = [], probe = undefined) {
  const flags = probe === undefined ? [] : ['--expose-gc', '--require', join(root, 'scripts/soak-probe.cjs')];
  const env = probe === undefined ? process.env : { ...process.env, SOAK_PROBE: probe };
  const child = start(process.execPath, [...flags, program, 'serve', '--nats', url, ...words], { env });
  child.stderr.setEncoding('utf8');
  child.log = '';
  child.stderr.on('data', (text) => {
    // Enough to explain a failure, not so much that a soak fills the memory.
    child.log = (child.log + text).slice(-20_000);
  });
  child.serving = new Promise((resolve, reject) => {
    child.stderr.on('data', () => {
      const match = /\{[^\n]*"msg":"serving"\}/.exec(child.log);
      if (match !== null) resolve(JSON.parse(match[0]));
    });
    child.ended.then((code) => reject(new Error(`the worker ended with ${code}: ${child.log}`)));
  });
  child.serving.catch(() => {});
  return child;
}

/** A client that survives its server. */
export async function openClient(url) {
  const connection = await connect({
    servers: url.replace('nats://', ''),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 50,
  });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const captures = await new Objm(connection).open('networkml-captures', { check: false });
  return { connection, manager, jetstream: jetstream(connection), captures };
}

/** Does something until it works. */
export async function insist(work, seconds = 60) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(50);
    }
  }
}

/** The example capture with another MAC address in place of its device's: one device for each number. */
export function captureOf(number) {
  const bytes = Buffer.from(readFileSync(example));
  const mac = deviceMac(bytes);
  const other = Buffer.from([0x02, 0x4e, 0, number >>> 16, number >>> 8, number]);
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    for (const place of [at + 16, at + 22]) {
      if (bytes.compare(mac, 0, 6, place, place + 6) === 0) other.copy(bytes, place);
    }
  }
  return bytes;
}

/** The address that most frames of a capture carry. */
function deviceMac(bytes) {
  const counts = new Map();
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    for (const place of [at + 16, at + 22]) {
      const mac = bytes.toString('hex', place, place + 6);
      counts.set(mac, (counts.get(mac) ?? 0) + 1);
    }
  }
  const [first] = [...counts].sort((a, b) => b[1] - a[1]);
  return Buffer.from(first[0], 'hex');
}

/** All messages of a stream: subject to the list of their bodies. */
export async function messagesOf(client, stream) {
  const found = new Map();
  const { state } = await insist(() => client.manager.streams.info(stream));
  if (state.messages === 0) return found;
  const consumer = await client.jetstream.consumers.get(stream);
  const messages = await consumer.consume({ max_messages: 500 });
  for await (const message of messages) {
    const list = found.get(message.subject) ?? [];
    list.push(message.string());
    found.set(message.subject, list);
    if (message.info.pending === 0) break;
  }
  return found;
}

/** Waits until a stream holds so many messages. */
export async function waitForMessages(client, stream, count, seconds) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const { state } = await insist(() => client.manager.streams.info(stream));
    if (state.messages >= count) return state.messages;
    if (Date.now() > until) return state.messages;
    await sleep(100);
  }
}

/** A page of a worker as numbers by name. */
export async function metricsOf(address) {
  // A connection that was kept may just be closed by the other side.
  const text = await insist(async () => (await fetch(`http://${address}/metrics`)).text());
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

/** The p-th part of a list of numbers. */
export function quantile(list, p) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}
