/**
 * Counters of the service in the text format of Prometheus (version 0.0.4). Written by hand: a dozen numbers need no
 * library.
 */

import type { PredictionOutcome } from '../types.js';

/** How a job ended for this process. */
export type JobOutcome = 'done' | 'failed' | 'duplicate' | 'retried' | 'handed-back';

const SECONDS_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;
const PROBABILITY_BOUNDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1] as const;

/** Roles come from a bundle, skip reasons from our tables: neither can grow without end, but a label must not anyway. */
const MOST_LABELS = 256;

class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const index = this.#bounds.findIndex((bound) => value <= bound);
    const at = index < 0 ? this.#bounds.length : index;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }

  lines(name: string): string[] {
    let total = 0;
    const buckets = this.#counts.map((count, index) => {
      total += count;
      return `${name}_bucket{le="${this.#bounds[index] ?? '+Inf'}"} ${total}`;
    });
    return [...buckets, `${name}_sum ${this.#sum}`, `${name}_count ${total}`];
  }
}

class Counter {
  readonly #values = new Map<string, number>();

  add(label: string, amount = 1): void {
    const known = this.#values.has(label) || this.#values.size < MOST_LABELS ? label : 'other';
    this.#values.set(known, (this.#values.get(known) ?? 0) + amount);
  }

  lines(name: string, label: string): string[] {
    return [...this.#values].map(([value, count]) => `${name}{${label}="${escapeLabel(value)}"} ${count}`);
  }
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The bundle in use, as a metric with the value 1. */
export interface BundleLabels {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** All counters of one process. */
export class Metrics {
  readonly jobs = new Counter();
  readonly predictions = new Counter();
  readonly skipped = new Counter();
  readonly seconds = new Histogram(SECONDS_BOUNDS);
  readonly outliers = new Histogram(PROBABILITY_BOUNDS);
  inFlight = 0;
  redelivered = 0;
  deadLetters = 0;
  packets = 0;
  evicted = 0;
  dropped = 0;
  unknown = 0;
  reconnects = 0;
  watched = 0;
  requests = 0;
  connected = 0;

  /** Counts what an outcome says about packets, sessions and roles. */
  observe(outcome: PredictionOutcome): void {
    if (outcome.schema === 'networkml/error/v1') return;
    const { capture, role, anomaly } = outcome;
    this.packets += capture.packets;
    this.dropped += capture.dropped ?? 0;
    for (const [reason, count] of Object.entries(capture.skipped)) {
      if (reason === 'session-limit') this.evicted += count;
      this.skipped.add(reason, count);
    }
    this.predictions.add(role.label);
    if (role.label === 'Unknown') this.unknown += 1;
    for (const session of anomaly.sessions) this.outliers.observe(session.outlierProbability);
  }

  /** The page for a scraper. */
  text(bundle: BundleLabels): string {
    const memory = process.memoryUsage();
    const resources = process.getActiveResourcesInfo().length;
    const info = `name="${escapeLabel(bundle.name)}",version="${escapeLabel(bundle.version)}",sha256="${bundle.sha256}"`;
    return [
      ...family('jobs_total', 'counter', 'Deliveries of jobs by how they ended', (name) =>
        this.jobs.lines(name, 'outcome'),
      ),
      ...family('job_seconds', 'histogram', 'Seconds from delivery to result', (name) =>
        this.seconds.lines(name),
      ),
      ...single('jobs_in_flight', 'gauge', 'Jobs that this process holds', this.inFlight),
      ...single('jobs_redelivered_total', 'counter', 'Deliveries that were not the first', this.redelivered),
      ...single('dead_letters_total', 'counter', 'Jobs that ended as dead letters', this.deadLetters),
      ...single('requests_total', 'counter', 'Requests to the endpoints', this.requests),
      ...single('watched_files_total', 'counter', 'Captures taken from the watched folder', this.watched),
      ...single('packets_read_total', 'counter', 'Packets in the captures', this.packets),
      ...family('packets_skipped_total', 'counter', 'Packets read but unusable', (name) =>
        this.skipped.lines(name, 'reason'),
      ),
      ...single(
        'packets_dropped_total',
        'counter',
        'Packets lost while capturing, as pcapng files say',
        this.dropped,
      ),
      ...single(
        'packets_beyond_session_limit_total',
        'counter',
        'Packets of sessions evicted by a limit',
        this.evicted,
      ),
      ...family('predictions_total', 'counter', 'Predictions by role', (name) =>
        this.predictions.lines(name, 'role'),
      ),
      ...single('unknown_total', 'counter', 'Predictions of Unknown', this.unknown),
      ...family('outlier_probability', 'histogram', 'Of the sessions named in records', (name) =>
        this.outliers.lines(name),
      ),
      ...family('bundle_info', 'gauge', 'The bundle in use', (name) => [`${name}{${info}} 1`]),
      ...single('nats_connected', 'gauge', '1 while NATS is connected', this.connected),
      ...single('nats_reconnects_total', 'counter', 'Connections made again', this.reconnects),
      ...single('resident_memory_bytes', 'gauge', 'Memory of the process', memory.rss),
      ...single('heap_used_bytes', 'gauge', 'Heap of the main thread', memory.heapUsed),
      ...single('active_resources', 'gauge', 'Timers, sockets and requests of the main thread', resources),
      '',
    ].join('\n');
  }
}

function family(
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  help: string,
  lines: (name: string) => string[],
): string[] {
  const full = `networkml_${name}`;
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines(full)];
}

function single(name: string, type: 'counter' | 'gauge', help: string, value: number): string[] {
  return family(name, type, help, (full) => [`${full} ${value}`]);
}
