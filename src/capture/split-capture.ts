import { closeSync, createReadStream, fstatSync, mkdirSync } from 'node:fs';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import {
  type CaptureProgress,
  type CaptureSource,
  type CaptureSummary,
  openCapture,
  openForReading,
} from '../pcap/index.js';
import { type SplitOutcome, Splitter, type SplitterOptions } from './splitter.js';

export interface SplitCaptureOptions extends SplitterOptions {
  /** Name in records and errors; the path by default. */
  readonly name?: string;
  readonly onProgress?: (progress: CaptureProgress) => void;
  /** Called with what removes half of a split, for a run that is cut off. */
  readonly onStart?: (cleanUp: () => void) => void;
}

/** A split, and what is known of the capture. */
export interface SplitCapture extends SplitOutcome {
  readonly summary: CaptureSummary;
}

/** Read at a time: signals are heard in between. */
const PIECE_BYTES = 1024 * 1024;

/**
 * One capture for each device of a mixed one, in one pass. The directory is made when it is not there; captures get
 * their names when all of them are whole.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_* (then no capture is written), NML_OUTPUT
 */
export async function splitCapture(
  source: CaptureSource,
  options: SplitCaptureOptions,
): Promise<SplitCapture> {
  const name = options.name ?? (typeof source === 'string' ? source : '-');
  const opened = typeof source === 'string' ? openStream(source) : { stream: source, bytes: null };
  makeDirectory(options.directory);
  const splitter = new Splitter(options);
  options.onStart?.(() => splitter.abandon());
  try {
    // Tunnels stay closed: the frame belongs to the hosts that carry it over this link.
    const summary = await openCapture(opened.stream, { name, digest: 'never', tunnels: false }).read(
      (packet) => splitter.add(packet, true),
      ({ bytes, packets }) => options.onProgress?.({ bytes, packets, totalBytes: opened.bytes }),
      (packet) => splitter.add(packet, false),
    );
    return { summary, ...splitter.finish() };
  } catch (error) {
    splitter.abandon();
    throw error;
  }
}

function openStream(path: string): { stream: CaptureSource; bytes: number | null } {
  const file = openCaptureFile(path);
  const status = fstatSync(file);
  if (status.isDirectory()) {
    closeSync(file);
    throw new NetworkmlError('NML_INPUT_ACCESS', 'is a directory, not a capture', { file: path });
  }
  const stream = createReadStream(path, { fd: file, highWaterMark: PIECE_BYTES });
  return { stream, bytes: status.isFile() ? status.size : null };
}

function openCaptureFile(path: string): number {
  try {
    return openForReading(path);
  } catch (error) {
    throw toNetworkmlError(error, path);
  }
}

/** Makes the directory for captures. @throws NetworkmlError NML_OUTPUT */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw new NetworkmlError('NML_OUTPUT', cause instanceof Error ? cause.message : String(cause), {
      file: directory,
      cause,
    });
  }
}
