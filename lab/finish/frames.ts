import { readFileSync } from 'node:fs';
import { ClassicWalker, classicVariant } from '../../src/pcap/classic.js';
import { FrameDecoder } from '../../src/pcap/frame-decoder.js';
import { defaultCaptureLimits } from '../../src/pcap/index.js';
import { LabError } from '../errors.js';

/** One captured frame, not decoded. The bytes belong to the file's buffer. */
export interface Frame {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Uint8Array;
  readonly wireBytes: number;
}

/** Takes the frames of a record walker as they are, before anything is decoded or skipped. */
class FrameTap extends FrameDecoder {
  readonly frames: Frame[] = [];

  override frame(
    view: DataView,
    start: number,
    end: number,
    seconds: number,
    nanoseconds: number,
    wireBytes: number,
  ): void {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
    this.frames.push({ seconds, nanoseconds, bytes, wireBytes });
  }
}

/**
 * All frames of a capture that the lab recorded (classic pcap, Ethernet), in memory: such files are small.
 * @throws LabError when it is not one; NetworkmlError NML_PCAP_CORRUPT when it is damaged
 */
export function readFrames(path: string): Frame[] {
  const stored = readFileSync(path);
  const bytes = Uint8Array.from(stored);
  const view = new DataView(bytes.buffer);
  const variant = bytes.length < 24 ? undefined : classicVariant(view, 0);
  if (variant === undefined) throw new LabError(`${path} is no classic capture`);
  const tap = new FrameTap(() => {}, defaultCaptureLimits);
  const taken = new ClassicWalker(variant, tap, defaultCaptureLimits).walk(view, 0, bytes.length);
  if (taken !== bytes.length) throw new LabError(`${path} ends inside a record`);
  return tap.frames;
}
