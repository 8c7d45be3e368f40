import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { NetworkmlError } from '../errors.js';
import { childError, dumpcapDrops, type SaidDrops, tcpdumpDrops } from './child-text.js';
import { interfaceDrops } from './interface-drops.js';
import type { DriverState, DropCounts, LiveDriver, LiveOptions, LiveSource } from './live-source.js';

/** One of the programs that capture: how it is started, and what its words mean. */
interface Program {
  readonly name: 'tcpdump' | 'dumpcap';
  arguments(options: LiveOptions): string[];
  /** What lists the link types of an interface: that needs the rights that capturing needs. */
  readonly probe: readonly string[];
  readonly started: RegExp;
  drops(said: string): SaidDrops | undefined;
  /**
   * The signal that it answers with its counts. (That which makes tcpdump write what waits, SIGUSR2, is not used: under
   * load it comes in the middle of a write and spoils the stream; `-U` does without.)
   */
  readonly askDrops?: NodeJS.Signals;
  /** It has the kernel wait so long for a buffer to fill, milliseconds. */
  readonly settleMs: number;
}

const tcpdump: Program = {
  name: 'tcpdump',
  arguments: ({ interface: name, snaplenBytes, filter, bufferMiB }) => [
    ...['-i', name, '-s', String(snaplenBytes), '-B', String(bufferMiB * 1024)],
    ...['-n', '-U', '-w', '-', '--time-stamp-precision=nano'],
    ...(filter === undefined ? [] : ['--', filter]),
  ],
  probe: ['-L', '-i'],
  started: /listening on /,
  drops: tcpdumpDrops,
  askDrops: 'SIGUSR1',
  settleMs: 1100,
};

const dumpcap: Program = {
  name: 'dumpcap',
  arguments: ({ interface: name, snaplenBytes, filter, bufferMiB }) => [
    ...['-i', name, '-s', String(snaplenBytes), '-B', String(bufferMiB), '-P', '-q', '-w', '-'],
    ...(filter === undefined ? [] : ['-f', filter]),
  ],
  probe: ['-L', '-i'],
  started: /^File: /m,
  drops: dumpcapDrops,
  settleMs: 400,
};

/** What is kept of what a program says. */
const SAID_CHARACTERS = 16_384;
const ANSWER_MS = 1000;
const PROBE_MS = 5000;
/** A stopped program is read on for so long at most, and looked at so often. */
const DRAIN_MS = 5000;
const LOOK_MS = 50;

/** Live packets by tcpdump: kernel time stamps to the nanosecond, drop counts at any time. */
export const tcpdumpDriver: LiveDriver = childDriver(tcpdump);

/** Live packets by Wireshark's dumpcap, which may have the rights that we lack; drop counts at the end only. */
export const dumpcapDriver: LiveDriver = childDriver(dumpcap);

function childDriver(program: Program): LiveDriver {
  return {
    name: program.name,
    probe: (interfaceName) => probe(program, interfaceName),
    open: async (options) => {
      // A name that begins with a dash could be read as an option by some version of the program.
      if (options.interface.startsWith('-')) {
        throw new NetworkmlError(
          'NML_CAPTURE_INTERFACE',
          `no interface ${JSON.stringify(options.interface)}`,
        );
      }
      const source = new ChildSource(program, options);
      await source.opened();
      return source;
    },
  };
}

function probe({ name, probe: words }: Program, interfaceName: string): Promise<DriverState> {
  return new Promise((resolve) => {
    execFile(name, [...words, interfaceName], { timeout: PROBE_MS }, (error, _stdout, stderr) => {
      if (error === null) resolve({ works: true, detail: `${name} can open ${interfaceName}` });
      else if (error.code === 'ENOENT') resolve({ works: false, detail: `${name} is not installed` });
      else resolve({ works: false, detail: childError(name, stderr, 'NML_CAPTURE_DRIVER').message });
    });
  });
}

/** A program at work. A class because of its life: opened, read to its end, stopped. */
class ChildSource implements LiveSource {
  readonly driver: 'tcpdump' | 'dumpcap';
  private readonly child: ChildProcess;
  private said = '';
  private stopping = false;
  private drain: NodeJS.Timeout | undefined;
  private lastPieceAt = 0;
  private readonly exit: Promise<string>;
  private readonly heard = new Set<() => void>();
  private readonly dropsBefore: number | null;

  constructor(
    private readonly program: Program,
    private readonly options: LiveOptions,
  ) {
    this.driver = program.name;
    this.dropsBefore = interfaceDrops(options.interface);
    this.child = spawn(program.name, program.arguments(options), {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Out of reach of the terminal's Ctrl-C: it is we who end it.
      detached: true,
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-SAID_CHARACTERS);
      for (const listener of this.heard) listener();
    });
    this.exit = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('close', (code, signal) => resolve(signal ?? String(code)));
    });
  }

  /** @throws NetworkmlError when the program cannot be started or gives up at once */
  async opened(): Promise<void> {
    const started = this.until(() => this.program.started.test(this.said));
    const failure = new Promise<unknown>((resolve) => {
      this.child.once('error', resolve);
      this.child.once('close', resolve);
    });
    const first = await Promise.race([started, failure]);
    if (first === true) return;
    const cause = first instanceof Error ? first : undefined;
    const missing = cause !== undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) throw new NetworkmlError('NML_CAPTURE_DRIVER', `${this.driver} is not installed`, { cause });
    throw childError(this.driver, cause?.message ?? this.said, 'NML_CAPTURE_DRIVER', cause);
  }

  get stream(): AsyncIterable<Uint8Array> {
    return this.bytes();
  }

  private async *bytes(): AsyncGenerator<Uint8Array> {
    const { stdout } = this.child;
    if (stdout !== null) {
      for await (const piece of stdout as AsyncIterable<Uint8Array>) {
        this.lastPieceAt = performance.now();
        yield piece;
      }
    }
    await this.exit;
    if (!this.stopping) throw childError(this.driver, this.said, 'NML_CAPTURE_ENDED');
  }

  /** What the kernel holds would be lost with the program: it is ended once nothing comes any more. */
  stop(now = false): void {
    if (now || this.drain !== undefined) {
      this.stopping = true;
      clearInterval(this.drain);
      this.signal('SIGINT');
      return;
    }
    this.stopping = true;
    const asked = performance.now();
    this.drain = setInterval(() => {
      const time = performance.now();
      const quiet = time - Math.max(asked, this.lastPieceAt) > this.program.settleMs;
      if (quiet || time - asked > DRAIN_MS || !this.running()) this.stop(true);
    }, LOOK_MS);
  }

  async drops(): Promise<DropCounts> {
    const { askDrops } = this.program;
    if (this.running() && askDrops !== undefined) {
      const before = this.said;
      this.signal(askDrops);
      await Promise.race([this.until(() => this.said !== before), this.exit, delay(ANSWER_MS)]);
    }
    const counts = this.program.drops(this.said);
    const now = interfaceDrops(this.options.interface);
    const atInterface = now === null || this.dropsBefore === null ? null : now - this.dropsBefore;
    return {
      kernel: counts === undefined ? null : this.lost(counts),
      interface: counts?.interface ?? atInterface,
      evicted: 0,
    };
  }

  /** At its end a program says of more packets than it handed over; twice as many on loopback, which shows them twice. */
  private lost({ kernel, missing }: SaidDrops): number {
    const { interface: name } = this.options;
    const twice = name === 'any' || networkInterfaces()[name]?.some(({ internal }) => internal) === true;
    return this.running() || twice ? kernel : Math.max(kernel, missing ?? 0);
  }

  private running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  private signal(signal: NodeJS.Signals | undefined): void {
    if (signal !== undefined && this.running()) this.child.kill(signal);
  }

  private until(condition: () => boolean): Promise<true> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.heard.delete(check);
        resolve(true);
      };
      this.heard.add(check);
      check();
    });
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
