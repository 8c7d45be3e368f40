import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { smallCaptures, traceOf } from '../support/prefixes.js';
import { cleanEnvironment, program } from './run-cli.js';

/** Frame numbers of the rows that come out when bytes go in one at a time. */
async function framesOf(bytes: Uint8Array): Promise<{ code: number | null; frames: number[] }> {
  const child = spawn(process.execPath, [program, 'packets', '-', '--format', 'ndjson', '--quiet'], {
    env: cleanEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for (let at = 0; at < bytes.length; at++) {
    await new Promise((resolve) => child.stdin.write(bytes.subarray(at, at + 1), resolve));
    await setImmediate();
  }
  child.stdin.end();
  const code = await ended;
  const lines = Buffer.concat(out).toString().split('\n').filter(Boolean);
  return { code, frames: lines.map((line) => (JSON.parse(line) as { number: number }).number) };
}

it('gives the whole packets of a capture that is cut, one byte at a time, in every form of file', async () => {
  const queue = smallCaptures(40).entries();
  const work = async (): Promise<void> => {
    for (const [i, { name, bytes }] of queue) {
      const { ends } = traceOf(bytes, 1);
      // Somewhere behind the second of four packets; every eighth capture stays whole.
      const cut =
        i % 8 === 0 ? bytes.length : (ends[1] as number) + ((i * 37) % (bytes.length - (ends[1] as number)));
      const wanted = ends.flatMap((end, n) => (end <= cut ? [n + 1] : []));
      expect(await framesOf(bytes.subarray(0, cut)), name).toEqual({ code: 0, frames: wanted });
    }
  };
  await Promise.all([work(), work()]);
}, 120_000);
