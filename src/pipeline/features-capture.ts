import { type CaptureProgress, type CaptureSource, type Moment, openCapture } from '../pcap/index.js';

/** How a capture is read for features. */
export interface FeatureCaptureOptions {
  /** Name of the capture in records; the path by default. */
  readonly name?: string;
  /** Whether tunnels are decoded; true by default. Formats of other programs read without. */
  readonly tunnels?: boolean;
  /** Only packets that match, in tcpdump's language: see `compileFilter`. */
  readonly filter?: string;
  readonly onProgress?: (progress: CaptureProgress) => void;
}

/** The capture behind a source, opened without a digest. @throws NetworkmlError NML_FILTER */
export function featureCapture(source: CaptureSource, options: FeatureCaptureOptions) {
  const { tunnels = true, filter } = options;
  return openCapture(source === '-' ? process.stdin : source, {
    name: options.name ?? (typeof source === 'string' ? source : '-'),
    digest: 'never',
    tunnels,
    ...(filter === undefined ? {} : { filter }),
  });
}

/** The moment so many nanoseconds after another. */
export function momentAfter(base: Moment, ns: number): Moment {
  const since = base.nanoseconds + ns;
  const seconds = Math.floor(since / 1e9);
  return { seconds: base.seconds + seconds, nanoseconds: since - seconds * 1e9 };
}
