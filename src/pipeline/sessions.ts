import type { Column, ColumnBatch } from '../column-table.js';
import {
  type CaptureProgress,
  type CaptureSource,
  type CaptureSummary,
  openCapture,
  type PlainPackets,
} from '../pcap/index.js';
import type { SessionMeter, SessionMeterOptions } from '../sessions/index.js';
import { SessionRows } from './session-rows.js';

/** What is metered, and which columns the table has. */
export interface MeterCapturesOptions extends SessionMeterOptions {
  /** Whether the packets inside of tunnels are metered instead of those around them; true by default. */
  readonly tunnels?: boolean;
  /** Only packets that match are metered, in tcpdump's language: see `compileFilter`. */
  readonly filter?: string;
  /** Seed of the Community ID; without it there is no such column. */
  readonly communityId?: number;
  /** What addresses become in the table. */
  readonly anonymize?: (text: string) => string;
  /** A column with the capture's name. */
  readonly files?: boolean;
  /** Most rows of a batch; 4096 by default. */
  readonly batchRows?: number;
  /** All captures are one stream: sessions go on from one to the next. */
  readonly join?: boolean;
}

export interface MeterCaptureOptions {
  /** Name of the capture in the table and in errors; the path by default. */
  readonly name?: string;
  readonly onProgress?: (progress: CaptureProgress) => void;
  /** Called for each packet that could not be used. */
  readonly onSkipped?: Parameters<ReturnType<typeof openCapture>['read']>[2];
}

/**
 * The flow meter over one capture or several: rows come in batches as sessions end, so that memory follows the live
 * sessions and not the captures. The batch that the handler is given is filled again afterwards.
 */
export class CaptureMeter {
  readonly columns: readonly Column[];
  private readonly rows: SessionRows;
  private readonly meter: SessionMeter;
  private readonly plainPackets: PlainPackets | undefined;

  constructor(
    private readonly options: MeterCapturesOptions,
    onBatch: (batch: ColumnBatch) => void,
  ) {
    this.rows = new SessionRows(options, onBatch);
    this.columns = this.rows.columns;
    this.meter = this.rows.meter;
    this.plainPackets = this.meter.plainPackets();
  }

  /** Rows so far, and live sessions. */
  get ended(): number {
    return this.rows.rows;
  }

  get live(): number {
    return this.meter.live;
  }

  /**
   * Meters a capture; without `join` its sessions end with it, even where it fails half-way.
   * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*
   */
  async read(source: CaptureSource, options: MeterCaptureOptions = {}): Promise<CaptureSummary> {
    const { meter, rows } = this;
    const name = options.name ?? (typeof source === 'string' ? source : '-');
    const capture = openCapture(source === '-' ? process.stdin : source, {
      name,
      digest: 'never',
      decode: this.options.compatible === true ? 'nfstream' : 'exact',
      tunnels: this.options.tunnels ?? true,
      ...(this.options.filter === undefined ? {} : { filter: this.options.filter }),
    });
    rows.file = name;
    // Numbered anew in each capture, so that they do not depend on which thread met which capture before.
    if (this.options.join !== true) meter.sessions = 0;
    try {
      const summary = await capture.read(
        (packet) => meter.add(packet),
        options.onProgress,
        options.onSkipped,
        this.plainPackets,
      );
      meter.framesBefore += this.options.join === true ? summary.packets : 0;
      return summary;
    } finally {
      if (this.options.join !== true) meter.finish();
    }
  }

  /** Hands on the rows so far. */
  flush(): void {
    this.rows.flush();
  }

  /** No more captures: hands out what is left. */
  end(): void {
    this.meter.finish();
    this.rows.flush();
  }
}
