import { type ErrorCode, NetworkmlError } from '../errors.js';
import type { DriverName } from './live-source.js';

/** What the programs say about lost packets. Numbers are since the start. */
export interface SaidDrops {
  readonly kernel: number;
  readonly interface: number;
  /** Packets that reached the kernel's buffer and were not handed over, for whatever reason; null where it is not said. */
  readonly missing: number | null;
}

/**
 * The last counts in what tcpdump said: on SIGUSR1 in one line, at its end in several. It leaves out the interface's when
 * they are zero.
 */
export function tcpdumpDrops(said: string): SaidDrops | undefined {
  const kernel = lastNumber(said, /(\d+) packets? dropped by kernel/g);
  if (kernel === undefined) return undefined;
  const last = said.lastIndexOf('dropped by kernel');
  const received = lastNumber(said, /(\d+) packets? received by filter/g) ?? 0;
  const captured = lastNumber(said, /(\d+) packets? captured/g) ?? 0;
  return {
    kernel,
    interface: lastNumber(said.slice(last), /(\d+) packets? dropped by interface/g) ?? 0,
    missing: received - captured,
  };
}

/** The counts that dumpcap says at its end. */
export function dumpcapDrops(said: string): SaidDrops | undefined {
  const counts = /\(pcap:(\d+)\/dumpcap:(\d+)\/flushed:(\d+)\/ps_ifdrop:(\d+)\)/.exec(said);
  if (counts === null) return undefined;
  const [pcap = 0, own = 0, flushed = 0, atInterface = 0] = counts.slice(1).map(Number);
  return { kernel: pcap + own + flushed, interface: atInterface, missing: null };
}

function lastNumber(text: string, pattern: RegExp): number | undefined {
  const last = [...text.matchAll(pattern)].at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

/** What the programs say in any case. */
const NO_REASON = /listening on|^Capturing on|^File: |packets? (captured|received|dropped)|^Packets /i;

const REASONS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/permission|not permitted|privilege/i, 'NML_CAPTURE_RIGHTS'],
  [
    /no such device|no such interface|no interface|SIOCGIFINDEX|doesn't exist|isn't a valid interface/i,
    'NML_CAPTURE_INTERFACE',
  ],
  [/filter|syntax error|expression/i, 'NML_USAGE'],
];

/** The error that a program meant when it gave up. */
export function childError(
  driver: DriverName,
  said: string,
  otherwise: ErrorCode,
  cause?: unknown,
): NetworkmlError {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !NO_REASON.test(line));
  const line = (
    lines.find((each) => REASONS.some(([pattern]) => pattern.test(each))) ??
    lines.at(-1) ??
    'it said nothing'
  ).replace(/^\w+: /, '');
  const code = REASONS.find(([pattern]) => pattern.test(line))?.[1] ?? otherwise;
  const hint = code === 'NML_USAGE' ? { hint: 'see pcap-filter(7)' } : {};
  return new NetworkmlError(code, `${driver}: ${line}`, { ...hint, cause });
}
