import { createRequire } from 'node:module';
import { NetworkmlError } from '../errors.js';
import { childError } from './child-text.js';
import { interfaceDrops } from './interface-drops.js';
import type { DriverState, DropCounts, LiveDriver, LiveOptions, LiveSource } from './live-source.js';
import { pcapFileHeader, RECORD_HEADER_BYTES, writeRecordHeader } from './pcap-bytes.js';

/** As much of the package `cap` as is used (its README). */
interface CapLibrary {
  readonly Cap: { new (): CapHandle; deviceList(): { readonly name: string }[] };
}

interface CapHandle {
  /** @returns name of the link type */
  open(device: string, filter: string, bufferBytes: number, packet: Buffer): string;
  close(): void;
  on(event: 'packet', listener: (bytes: number, truncated: boolean) => void): void;
}

const linkTypes: ReadonlyMap<string, number> = new Map([
  ['ETHERNET', 1],
  ['NULL', 0],
  ['RAW', 101],
  ['IEEE802_11_RADIO', 127],
  ['LINKTYPE_LINUX_SLL', 113],
]);

const PACKET_BYTES = 65_535;
/** Packets that wait for the reader; what comes beyond is evicted and counted. */
const WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Live packets by the package `cap` (libpcap inside our own process), if somebody installed it. It hands over neither the
 * kernel's time stamps nor its drop counts: times are ours, taken when a packet arrives here, and lost packets are unknown.
 */
export const capDriver: LiveDriver = {
  name: 'cap',
  probe: async (interfaceName) => probe(interfaceName),
  open: async (options) => new CapSource(load(), options),
};

function load(): CapLibrary {
  try {
    return createRequire(import.meta.url)('cap') as CapLibrary;
  } catch (cause) {
    const absent = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const said = absent
      ? 'the package cap is not installed'
      : `the package cap cannot be loaded: ${String(cause)}`;
    throw new NetworkmlError('NML_CAPTURE_DRIVER', said, { cause });
  }
}

function probe(interfaceName: string): DriverState {
  try {
    const { Cap } = load();
    const handle = new Cap();
    handle.open(interfaceName, '', 1024 * 1024, Buffer.alloc(PACKET_BYTES));
    handle.close();
    return { works: true, detail: `cap can open ${interfaceName}` };
  } catch (error) {
    return { works: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** An open interface. A class because of its life. */
class CapSource implements LiveSource {
  readonly driver = 'cap';
  private readonly handle: CapHandle;
  private readonly dropsBefore: number | null;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private evicted = 0;
  private stopped = false;
  private wake: () => void = () => {};

  constructor(
    { Cap }: CapLibrary,
    private readonly options: LiveOptions,
  ) {
    const packet = Buffer.alloc(PACKET_BYTES);
    this.dropsBefore = interfaceDrops(options.interface);
    this.handle = new Cap();
    let linkType: number | undefined;
    try {
      const bytes = options.bufferMiB * 1024 * 1024;
      linkType = linkTypes.get(this.handle.open(options.interface, options.filter ?? '', bytes, packet));
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw childError('cap', said, 'NML_CAPTURE_DRIVER', cause);
    }
    if (linkType === undefined) {
      this.handle.close();
      throw new NetworkmlError(
        'NML_CAPTURE_DRIVER',
        `cap: the link type of ${options.interface} is not one it names`,
      );
    }
    this.push(pcapFileHeader(linkType, options.snaplenBytes));
    this.handle.on('packet', (bytes) => this.take(packet.subarray(0, bytes)));
  }

  get stream(): AsyncIterable<Uint8Array> {
    return this.bytes();
  }

  private async *bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const pieces = this.waiting;
      this.waiting = [];
      this.waitingBytes = 0;
      yield* pieces;
      if (this.stopped && this.waiting.length === 0) return;
      if (this.waiting.length > 0) continue;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private take(frame: Uint8Array): void {
    if (this.waitingBytes > WAITING_BYTES) {
      this.evicted++;
      return;
    }
    const now = performance.timeOrigin + performance.now();
    const seconds = Math.floor(now / 1000);
    const captured = Math.min(frame.length, this.options.snaplenBytes);
    const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + captured);
    const nanoseconds = Math.floor((now - seconds * 1000) * 1e6);
    const at = writeRecordHeader(record, 0, seconds, nanoseconds, captured, frame.length);
    record.set(frame.subarray(0, captured), at);
    this.push(record);
  }

  private push(chunk: Uint8Array): void {
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    this.wake();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.handle.close();
    this.wake();
  }

  async drops(): Promise<DropCounts> {
    const now = interfaceDrops(this.options.interface);
    const atInterface = now === null || this.dropsBefore === null ? null : now - this.dropsBefore;
    return { kernel: null, interface: atInterface, evicted: this.evicted };
  }
}
