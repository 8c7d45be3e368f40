import type { Moment, Packet, SkipReasonName } from '../pcap/index.js';
import type { SplitOutcome, Splitter } from './splitter.js';

/** How windows lie in time. */
export interface WindowOptions {
  /** Length of a window, seconds. */
  readonly windowSeconds: number;
  /** From the start of one window to the start of the next, seconds; less than the length when they overlap. */
  readonly stepSeconds: number;
}

/** A window that has ended. */
export interface ClosedWindow extends SplitOutcome {
  /** From 0; windows without packets have a number, too, but are not there. */
  readonly number: number;
  readonly start: Moment;
  readonly end: Moment;
  /** False where the capture ended before the window did. */
  readonly whole: boolean;
  readonly packets: number;
  /** Packets whose headers could not be decoded, by reason; they are in the captures like all others. */
  readonly skipped: Partial<Record<SkipReasonName, number>>;
}

interface OpenWindow {
  readonly number: number;
  readonly splitter: Splitter;
  packets: number;
  readonly skipped: Partial<Record<SkipReasonName, number>>;
}

/** A window stays open so long after its end, for packets that come out of order. */
const LATE_SECONDS = 1;

/**
 * Puts packets into windows by their time stamps. Window n reaches from n steps after the first packet for the length of a
 * window; a packet that comes later than `LATE_SECONDS` after the end of its last window goes to the oldest that is open.
 * A class because of its life: `add` for each packet, `tick` now and then, `finish` or `abandon` once.
 */
export class WindowCutter {
  private readonly open: OpenWindow[] = [];
  private startSeconds = 0;
  private startNanoseconds = 0;
  private started = false;
  /** Number of the next window to open. */
  private next = 0;

  constructor(
    private readonly options: WindowOptions,
    private readonly split: () => Splitter,
    private readonly onClosed: (window: ClosedWindow) => void,
  ) {}

  /** One packet of the reader, during its callback. @throws NetworkmlError NML_OUTPUT */
  add(packet: Packet, reason?: SkipReasonName): void {
    if (!this.started) {
      this.started = true;
      this.startSeconds = packet.seconds;
      this.startNanoseconds = packet.nanoseconds;
    }
    const at = this.sinceStart(packet.seconds, packet.nanoseconds);
    const { windowSeconds, stepSeconds } = this.options;
    this.closeBefore(at - LATE_SECONDS);
    const last = Math.floor(at / stepSeconds);
    if (last >= this.next) {
      const first = Math.max(this.next, Math.floor((at - windowSeconds) / stepSeconds) + 1);
      for (let number = first; number <= last; number++) {
        this.open.push({ number, splitter: this.split(), packets: 0, skipped: {} });
      }
      this.next = last + 1;
    }
    let placed = false;
    for (const window of this.open) {
      const from = window.number * stepSeconds;
      if (at < from || at >= from + windowSeconds) continue;
      put(window, packet, reason);
      placed = true;
    }
    const [oldest] = this.open;
    if (!placed && oldest !== undefined) put(oldest, packet, reason);
  }

  /** Closes the windows that ended before this moment, although no packet came since. */
  tick({ seconds, nanoseconds }: Moment): void {
    if (this.started) this.closeBefore(this.sinceStart(seconds, nanoseconds) - 2 * LATE_SECONDS);
  }

  /** Closes all windows. @throws NetworkmlError NML_OUTPUT */
  finish(): void {
    this.closeBefore(Number.POSITIVE_INFINITY, false);
  }

  /** Leaves nothing of the open windows behind. */
  abandon(): void {
    for (const { splitter } of this.open.splice(0)) splitter.abandon();
  }

  private sinceStart(seconds: number, nanoseconds: number): number {
    return seconds - this.startSeconds + (nanoseconds - this.startNanoseconds) / 1e9;
  }

  private closeBefore(at: number, whole = true): void {
    const { windowSeconds, stepSeconds } = this.options;
    while (this.open[0] !== undefined && this.open[0].number * stepSeconds + windowSeconds <= at) {
      const window = this.open.shift();
      if (window !== undefined) this.close(window, whole);
    }
  }

  private close({ number, splitter, packets, skipped }: OpenWindow, whole: boolean): void {
    const from = number * this.options.stepSeconds;
    this.onClosed({
      ...splitter.finish(),
      number,
      start: this.moment(from),
      end: this.moment(from + this.options.windowSeconds),
      whole,
      packets,
      skipped,
    });
  }

  private moment(afterStart: number): Moment {
    const nanoseconds = this.startNanoseconds + Math.round((afterStart % 1) * 1e9);
    const carry = Math.floor(nanoseconds / 1e9);
    return {
      seconds: this.startSeconds + Math.floor(afterStart) + carry,
      nanoseconds: nanoseconds - carry * 1e9,
    };
  }
}

function put(window: OpenWindow, packet: Packet, reason: SkipReasonName | undefined): void {
  window.packets++;
  if (reason !== undefined) window.skipped[reason] = (window.skipped[reason] ?? 0) + 1;
  window.splitter.add(packet, reason === undefined);
}
