/** A line of progress on a terminal's standard error, from half a second after the start. */

import { byteSize, count, timeSpan } from '../report/index.js';
import { onAbort } from './abort.js';
import type { Settings } from './settings.js';
import { STANDARD_ERROR, terminalOf } from './standard-streams.js';

const AFTER_MS = 500;
const EVERY_MS = 100;

/** Shows how far a run is. */
export interface ProgressLine {
  /** The text for now; made only when it is shown. */
  show(text: () => string): void;
  /** Takes the line away, before something else is written. */
  clear(): void;
}

const SILENT: ProgressLine = { show: () => {}, clear: () => {} };

/** A progress line where somebody may be watching: on a terminal, outside CI, without --quiet. */
export function progressLine(settings: Settings): ProgressLine {
  const { CI } = process.env;
  const inCi = CI !== undefined && !['', '0', 'false'].includes(CI);
  const terminal = inCi || settings.flag('quiet') ? undefined : terminalOf(STANDARD_ERROR);
  if (terminal === undefined) return SILENT;
  const start = performance.now();
  let last = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) terminal.write('\r\u001b[K');
    shown = false;
  };
  onAbort(clear);
  return {
    show: (text) => {
      const now = performance.now();
      if (now - start < AFTER_MS || now - last < EVERY_MS) return;
      last = now;
      shown = true;
      terminal.write(`\r\u001b[K${text().slice(0, Math.max(20, (terminal.columns ?? 80) - 1))}`);
    },
    clear,
  };
}

/** How far a run over several captures is. */
export interface CaptureTracker {
  /** How far one capture is. */
  progress(index: number, now: { bytes: number; packets: number }): void;
  /** A capture is done with. */
  done(index: number): void;
}

/**
 * Sums up the progress of captures and shows bytes, packets per second and the time left.
 * @param sizes of each capture, bytes; null where it is not known beforehand
 */
export function captureTracker(sizes: readonly (number | null)[], line: ProgressLine): CaptureTracker {
  const start = performance.now();
  const known = !sizes.includes(null);
  const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  /** Of the captures in work. */
  const working = new Map<number, { bytes: number; packets: number }>();
  let finished = 0;
  let bytesDone = 0;
  let packetsDone = 0;

  const text = (): string => {
    const seconds = Math.max(0.001, (performance.now() - start) / 1000);
    let bytes = bytesDone;
    let packets = packetsDone;
    for (const now of working.values()) {
      bytes += now.bytes;
      packets += now.packets;
    }
    const captures = sizes.length > 1 ? `${finished} of ${sizes.length} captures, ` : '';
    const size = known ? `${byteSize(bytes)} of ${byteSize(total)}` : byteSize(bytes);
    const left =
      known && bytes > 0 ? `, ${timeSpan(Math.max(0, (seconds * total) / bytes - seconds))} left` : '';
    return `${captures}${size}, ${count(packets / seconds)} packets/s${left}`;
  };

  return {
    progress: (index, now) => {
      working.set(index, { bytes: now.bytes, packets: now.packets });
      line.show(text);
    },
    done: (index) => {
      const last = working.get(index);
      working.delete(index);
      finished += 1;
      bytesDone += sizes[index] ?? last?.bytes ?? 0;
      packetsDone += last?.packets ?? 0;
    },
  };
}

/** Shows the steps of a longer piece of work. */
export function stepText({ step, done, total }: { step: string; done: number; total: number }): string {
  return `${step}: ${count(done)} of ${count(total)}${total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : ''}`;
}
