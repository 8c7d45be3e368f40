/** What is left of a file that is cut: the result must be that of the whole packets before the cut. */
import { CaptureReader } from '../../src/pcap/capture-reader.js';
import type { Packet } from '../../src/pcap/index.js';
import { defaultCaptureLimits } from '../../src/pcap/limits.js';
import { fileForms, fileOf } from './capture-files.js';
import { seedFrames } from './fuzz.js';
import { testRandom } from './random.js';

/** Captures of four packets, one for each form of file and link type in turn. */
export function smallCaptures(count: number): { readonly name: string; readonly bytes: Uint8Array }[] {
  const random = testRandom(3);
  const forms = [...fileForms];
  const links = [...seedFrames];
  return Array.from({ length: count }, (_, i) => {
    const [form, build] = forms[i % forms.length] as (typeof forms)[number];
    const [link, frames] = links[i % links.length] as (typeof links)[number];
    const files = Array.from({ length: 4 }, (__, n) => ({
      seconds: 100 + n,
      nanoseconds: 7000,
      frame: random.pick(frames),
    }));
    return { name: `${form}, link type ${link}`, bytes: fileOf(build(files, link)) };
  });
}

/** Everything that was decoded, as text, and the offset behind the record of each frame, skipped ones too. */
export interface Trace {
  readonly lines: readonly string[];
  /** Bytes that had been fed when a frame came out. */
  readonly ends: readonly number[];
  readonly truncated: boolean;
  readonly failed: string | undefined;
}

function lineOf(packet: Packet, reason: string): string {
  const { number, seconds, nanoseconds, wireBytes, capturedBytes, linkType } = packet;
  const frame = [number, seconds, nanoseconds, wireBytes, capturedBytes, linkType, reason];
  if (reason !== 'used') return frame.join(' ');
  const { protocol, source0, source3, destination0, destination3, sourcePort, destinationPort } = packet;
  const { vlanId, tunnelId, ipBytes, transportBytes, payloadBytes, tcpFlags } = packet;
  const ends = [source0, source3, destination0, destination3, sourcePort, destinationPort];
  return [
    ...frame,
    protocol,
    ...ends,
    vlanId,
    tunnelId,
    ipBytes,
    transportBytes,
    payloadBytes,
    tcpFlags,
  ].join(' ');
}

/** Reads bytes in pieces of `step`. */
export function traceOf(bytes: Uint8Array, step: number): Trace {
  const lines: string[] = [];
  const ends: number[] = [];
  let fed = 0;
  const note = (packet: Packet, reason: string): void => {
    lines.push(lineOf(packet, reason));
    ends.push(fed);
  };
  const reader = new CaptureReader((packet) => note(packet, 'used'), defaultCaptureLimits, {
    onSkipped: note,
  });
  try {
    for (let at = 0; at < bytes.length; at += step) {
      fed = Math.min(bytes.length, at + step);
      reader.feed(bytes.subarray(at, fed));
    }
    reader.finish();
    return { lines, ends, truncated: reader.truncated, failed: reader.damage?.code };
  } catch (error) {
    return {
      lines,
      ends,
      truncated: reader.truncated,
      failed: (error as { code?: string }).code ?? 'unknown',
    };
  }
}

/**
 * Cuts a file at every byte (or every `stride`-th) and compares with the whole file read one byte at a time.
 * @returns the first cut whose result is another one; undefined when there is none
 */
export function firstWrongCut(bytes: Uint8Array, stride = 1): string | undefined {
  const whole = traceOf(bytes, 1);
  if (whole.failed !== undefined && whole.lines.length === 0) return undefined;
  let held = 0;
  for (let cut = 0; cut <= bytes.length; cut += stride) {
    while (held < whole.ends.length && (whole.ends[held] as number) <= cut) held++;
    const part = traceOf(bytes.subarray(0, cut), Math.max(1, cut));
    const wanted = whole.lines.slice(0, held).join('\n');
    if (part.lines.join('\n') !== wanted) return `cut at ${cut}: other packets than the ${held} whole ones`;
    const coded = part.failed === undefined || /^NML_PCAP_/.test(part.failed);
    if (!coded) return `cut at ${cut}: ${part.failed}`;
    if (held > 0 && part.failed !== undefined && part.failed !== whole.failed)
      return `cut at ${cut}: ${part.failed}`;
  }
  return undefined;
}
