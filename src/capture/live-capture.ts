import { type NetworkmlError, toNetworkmlError } from '../errors.js';
import { openCapture, type Packet, type SkipReasonName } from '../pcap/index.js';
import type { DropCounts, LiveSource } from './live-source.js';
import { Splitter, type SplitterOptions } from './splitter.js';
import { type ClosedWindow, WindowCutter, type WindowOptions } from './window-cutter.js';

/** A window that has ended, with the packets that were lost since the one before was told of. */
export interface CaptureWindow extends ClosedWindow {
  readonly drops: DropCounts;
}

/** Takes the captures of a window: predicts them, sends them on, lists them. */
export interface WindowSink {
  /** The files lie where they are until the promise is settled. */
  window(window: CaptureWindow): Promise<void>;
}

export interface LiveCaptureOptions extends WindowOptions {
  /** For the splitters of all windows. */
  readonly split: SplitterOptions;
  readonly sinks: readonly WindowSink[];
  /** Called with what removes the windows that are open, for a run that is cut off. */
  readonly onStart?: (cleanUp: () => void) => void;
  /** Called for a window that the sinks are too slow for: its captures are left as they are. */
  readonly onEvicted?: (window: ClosedWindow) => void;
  /** Called when a window is done with, by the sinks or by eviction. */
  readonly onDone?: (window: ClosedWindow) => void;
}

/** What a live capture came to. */
export interface LiveResult {
  readonly packets: number;
  readonly windows: number;
  /** Windows that no sink saw. */
  readonly evictedWindows: number;
  /** Since the start. */
  readonly drops: DropCounts;
  /** Why the driver ended before it was told to. */
  readonly failure: NetworkmlError | null;
}

/** Windows that may wait for the sinks. */
const MOST_WAITING = 4;
/** A capture of an interface may go on for years. */
const ENDLESS = { packets: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
const TICK_MS = 250;

/**
 * Reads live packets until the source ends, cuts them into windows, splits these by device and hands them to the sinks.
 * The windows that are open at the end are closed, too. Time is that of the packets; the clock of this machine only tells
 * that a window has ended when no packets come.
 * @throws NetworkmlError NML_OUTPUT, and what the first failing sink throws; then the source is stopped
 */
export async function liveCapture(source: LiveSource, options: LiveCaptureOptions): Promise<LiveResult> {
  const queue = new SinkQueue(source, options);
  const cutter = new WindowCutter(
    options,
    () => new Splitter(options.split),
    (window) => queue.push(window),
  );
  options.onStart?.(() => cutter.abandon());
  const bytes = countBytes(source.stream);
  let failure: NetworkmlError | null = null;
  const timer = setInterval(() => {
    const now = Date.now();
    try {
      cutter.tick({ seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1e6 });
    } catch (error) {
      queue.fail(error);
    }
  }, TICK_MS);
  let packets = 0;
  // A sink that fails does not end the reading: packets are counted on.
  const take = (packet: Packet, reason?: SkipReasonName): void => {
    packets++;
    if (queue.failed) return;
    try {
      cutter.add(packet, reason);
    } catch (error) {
      queue.fail(error);
    }
  };
  try {
    const capture = openCapture(bytes.stream, { digest: 'never', tunnels: false, limits: ENDLESS });
    const { damage } = await capture.read(
      (packet) => take(packet),
      undefined,
      (packet, reason) => take(packet, reason),
    );
    failure = damage;
  } catch (thrown) {
    const error = toNetworkmlError(thrown);
    // A driver that is stopped before its first packet gives no capture at all.
    if (bytes.count() > 0 || error.code !== 'NML_PCAP_MAGIC') failure = error;
  } finally {
    clearInterval(timer);
    source.stop(true);
  }
  try {
    cutter.finish();
  } catch (error) {
    cutter.abandon();
    queue.fail(error);
  }
  await queue.settled();
  const { windows, evictedWindows } = queue;
  return { packets, windows, evictedWindows, drops: await source.drops(), failure };
}

/** Hands windows to the sinks one after another. A class because of its life: `push` often, `settled` once. */
class SinkQueue {
  windows = 0;
  evictedWindows = 0;
  private waiting = 0;
  private last: Promise<void> = Promise.resolve();
  private before: DropCounts = { kernel: 0, interface: 0, evicted: 0 };
  private error: unknown;

  constructor(
    private readonly source: LiveSource,
    private readonly options: LiveCaptureOptions,
  ) {}

  push(window: ClosedWindow): void {
    const { onDone, onEvicted } = this.options;
    this.windows++;
    if (this.waiting >= MOST_WAITING || this.error !== undefined) {
      this.evictedWindows++;
      onEvicted?.(window);
      onDone?.(window);
      return;
    }
    this.waiting++;
    this.last = this.last
      .then(() => this.hand(window))
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.waiting--;
        onDone?.(window);
      });
  }

  get failed(): boolean {
    return this.error !== undefined;
  }

  fail(error: unknown): void {
    this.error ??= error;
    this.source.stop(true);
  }

  /** @throws the first failure */
  async settled(): Promise<void> {
    await this.last;
    if (this.error !== undefined) throw this.error;
  }

  private async hand(window: ClosedWindow): Promise<void> {
    if (this.error !== undefined) return;
    const now = await this.source.drops();
    const drops = {
      kernel: difference(now.kernel, this.before.kernel),
      interface: difference(now.interface, this.before.interface),
      evicted: now.evicted - this.before.evicted,
    };
    this.before = {
      kernel: now.kernel ?? this.before.kernel,
      interface: now.interface ?? this.before.interface,
      evicted: now.evicted,
    };
    for (const sink of this.options.sinks) await sink.window({ ...window, drops });
  }
}

function difference(now: number | null, before: number | null): number | null {
  return now === null ? null : now - (before ?? 0);
}

function countBytes(stream: AsyncIterable<Uint8Array>): {
  stream: AsyncIterable<Uint8Array>;
  count(): number;
} {
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of stream) {
      bytes += piece.length;
      yield piece;
    }
  };
  return { stream: counted(), count: () => bytes };
}
