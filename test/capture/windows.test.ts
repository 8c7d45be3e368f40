import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CaptureWindow,
  type LiveCaptureOptions,
  type LiveSource,
  liveCapture,
} from '../../src/capture/index.js';
import { NetworkmlError } from '../../src/errors.js';
import { classicPieces, type FilePacket, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, udp } from '../support/ip-packets.js';
import { testRandom } from '../support/random.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'networkml-windows-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const frame = ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 }, udp(1, 2)));
const START = 1_700_000_000;
const packetAt = (seconds: number): FilePacket => {
  const ns = Math.round(seconds * 1e9);
  return { seconds: START + Math.floor(ns / 1e9), nanoseconds: ns % 1e9, frame };
};

/** A source of given packets; its drop counts grow by one, two and three with every question. */
function fakeSource(
  packets: readonly FilePacket[],
  failure?: NetworkmlError,
): LiveSource & { stopped: boolean } {
  let asked = 0;
  const source = {
    driver: 'tcpdump' as const,
    stopped: false,
    stream: (async function* () {
      const bytes = fileOf(classicPieces(packets, { nanoseconds: true }));
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
      if (failure !== undefined) throw failure;
    })(),
    drops: async () => {
      asked++;
      return { kernel: asked, interface: asked < 3 ? null : 2 * asked, evicted: 3 * asked };
    },
    stop: () => {
      source.stopped = true;
    },
  };
  return source;
}

async function capture(
  packets: readonly FilePacket[],
  options: Partial<LiveCaptureOptions> & { failure?: NetworkmlError } = {},
): Promise<{ windows: CaptureWindow[]; result: Awaited<ReturnType<typeof liveCapture>> }> {
  const windows: CaptureWindow[] = [];
  const sink = {
    window: async (window: CaptureWindow) => {
      windows.push(window);
    },
  };
  const result = await liveCapture(fakeSource(packets, options.failure), {
    windowSeconds: 10,
    stepSeconds: 10,
    split: { directory },
    sinks: [sink],
    ...options,
  });
  return { windows, result };
}

describe('windows', () => {
  it('hold the packets that the slow twin puts into them', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = testRandom(seed);
      const windowSeconds = random.pick([10, 15, 7.5]);
      const stepSeconds = windowSeconds / random.pick([1, 2, 3, 5]);
      const times = Array.from({ length: 300 }, () => random.below(100_000) / 1000).sort((x, y) => x - y);
      if (random.chance(0.5)) times.push(times.at(-1)! + 4 * windowSeconds + 0.5);
      const seen: [number, number][] = [];
      const onDone = ({ number, packets }: { number: number; packets: number }) =>
        seen.push([number, packets]);
      await capture(times.map(packetAt), { windowSeconds, stepSeconds, sinks: [], onDone });
      const since = times.map((time) => time - times[0]!);
      const expected: [number, number][] = [];
      for (let n = 0; n * stepSeconds <= since.at(-1)!; n++) {
        const from = n * stepSeconds;
        const count = since.filter((at) => at >= from && at < from + windowSeconds).length;
        if (count > 0) expected.push([n, count]);
      }
      expect(seen.sort(([x], [y]) => x - y)).toEqual(expected);
      for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    }
  });

  it('tell their times, whether they are whole, and what was lost since the one before', async () => {
    const { windows, result } = await capture([0, 1, 9.9, 10, 25].map((at) => packetAt(at + 0.25)));
    expect(windows.map(({ number, packets, whole }) => [number, packets, whole])).toEqual([
      [0, 3, true],
      [1, 1, true],
      [2, 1, false],
    ]);
    expect(windows[1]).toMatchObject({
      start: { seconds: START + 10, nanoseconds: 250_000_000 },
      end: { seconds: START + 20, nanoseconds: 250_000_000 },
    });
    expect(windows.map(({ drops }) => drops)).toEqual([
      { kernel: 1, interface: null, evicted: 3 },
      { kernel: 1, interface: null, evicted: 3 },
      { kernel: 1, interface: 6, evicted: 3 },
    ]);
    expect(result).toMatchObject({ packets: 5, windows: 3, evictedWindows: 0, failure: null });
    expect(result.drops).toEqual({ kernel: 4, interface: 8, evicted: 12 });
  });

  it('take packets that come out of order, the late ones in the oldest that is open', async () => {
    const { windows } = await capture([0, 10.5, 9.8, 12, 9.9, 3].map(packetAt));
    expect(windows.map(({ packets }) => packets)).toEqual([3 - 1, 4]);
  });

  it('beyond what the sinks can take are left out and counted', async () => {
    const left: number[] = [];
    const done: number[] = [];
    let release = (): void => {};
    const slow = { window: () => new Promise<void>((resolve) => (release = resolve)) };
    const running = capture(
      Array.from({ length: 9 }, (_, i) => packetAt(i * 10)),
      {
        sinks: [slow],
        onEvicted: ({ number }) => left.push(number),
        onDone: ({ number }) => done.push(number),
      },
    );
    const timer = setInterval(() => release(), 5);
    const { result } = await running;
    clearInterval(timer);
    expect(left).toEqual([4, 5, 6, 7, 8]);
    expect(result).toMatchObject({ windows: 9, evictedWindows: 5 });
    expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('failures', () => {
  it('of a driver keep what was captured', async () => {
    const failure = new NetworkmlError('NML_CAPTURE_ENDED', 'gone');
    const { windows, result } = await capture([packetAt(0), packetAt(1)], { failure });
    expect(result.failure?.code).toBe('NML_CAPTURE_ENDED');
    expect(windows.map(({ packets }) => packets)).toEqual([2]);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('of a sink end the capture', async () => {
    const source = fakeSource([0, 20, 40].map(packetAt));
    const sink = {
      window: async () => {
        throw new NetworkmlError('NML_OUTPUT', 'full');
      },
    };
    const run = liveCapture(source, {
      windowSeconds: 10,
      stepSeconds: 10,
      split: { directory },
      sinks: [sink],
    });
    await expect(run).rejects.toMatchObject({ code: 'NML_OUTPUT' });
    expect(source.stopped).toBe(true);
  });

  it('of the disk end the capture and leave nothing open', async () => {
    const source = fakeSource([0, 20].map(packetAt));
    const split = { directory: join(directory, 'absent') };
    const run = liveCapture(source, { windowSeconds: 10, stepSeconds: 10, split, sinks: [] });
    await expect(run).rejects.toMatchObject({ code: 'NML_OUTPUT' });
  });
});
