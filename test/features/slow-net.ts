/** The slow twin of the net view: lists and sets, minute by minute, from what the frames say. */
import type { NetNumberName } from '../../src/features/index.js';
import type { SlowFrame, TestHost } from './behaviour-frames.js';

export type { SlowFrame } from './behaviour-frames.js';

type Ip = Extract<SlowFrame, { kind: 'ip' }>;

export interface SlowUnit {
  readonly window: number;
  readonly numbers: Partial<Record<NetNumberName, number>>;
}

const services = new Set([22, 53, 80, 135, 5353]);

interface Attempt {
  readonly opened: boolean;
  readonly peer: string;
  readonly protocol: number;
  readonly port: string;
  readonly failed: boolean;
  readonly reset: boolean;
}

export class SlowNet {
  private readonly base: number;

  constructor(
    private readonly frames: readonly SlowFrame[],
    private readonly device: TestHost,
  ) {
    this.base = frames.find(({ kind }) => kind !== 'arp')?.seconds ?? 0;
  }

  units(): SlowUnit[] {
    const byWindow = new Map<number, SlowFrame[]>();
    for (const frame of this.frames) {
      const window = Math.max(0, Math.floor((frame.seconds - this.base) / 60));
      byWindow.set(window, [...(byWindow.get(window) ?? []), frame]);
    }
    return [...byWindow]
      .sort(([a], [b]) => a - b)
      .map(([window, frames]) => ({ window, numbers: this.numbersOf(frames) }));
  }

  private numbersOf(frames: readonly SlowFrame[]): SlowUnit['numbers'] {
    const ip = frames.filter((frame): frame is Ip => frame.kind === 'ip');
    const keys = [...new Set(ip.map(keyOf))];
    const attempts = keys.map((key) => this.attempt(ip.filter((frame) => keyOf(frame) === key)));
    const sent = attempts.filter(({ opened }) => opened);
    const received = attempts.filter(({ opened }) => !opened);
    const count = (value: number) => Math.log1p(value);
    const distinct = <T>(list: readonly T[], of: (one: T) => string) => new Set(list.map(of)).size;
    const most = (list: readonly Attempt[], of: (one: Attempt) => string, what: (one: Attempt) => string) =>
      Math.max(
        0,
        ...list.map((one) =>
          distinct(
            list.filter((other) => of(other) === of(one)),
            what,
          ),
        ),
      );
    const failures = (list: readonly Attempt[]) => list.filter(({ failed }) => failed).length;
    const icmp = frames.filter((frame) => frame.kind === 'icmp');
    return {
      sessions: count(attempts.length),
      'peers sent': count(distinct(sent, ({ peer }) => peer)),
      'peers received': count(distinct(received, ({ peer }) => peer)),
      'ports sent': count(distinct(sent, ({ port }) => port)),
      'ports received': count(distinct(received, ({ port }) => port)),
      'most ports with one peer sent': count(
        most(
          sent,
          ({ peer }) => peer,
          ({ port }) => port,
        ),
      ),
      'most ports with one peer received': count(
        most(
          received,
          ({ peer }) => peer,
          ({ port }) => port,
        ),
      ),
      'most peers with one port sent': count(
        most(
          sent,
          ({ port }) => port,
          ({ peer }) => peer,
        ),
      ),
      'ICMP echo peers': count(
        distinct(
          icmp.filter(({ from, type }) => from === this.device && type === 8),
          ({ to }) => to.address,
        ),
      ),
      'failed sent': count(failures(sent)),
      'failed received': count(failures(received)),
      'failed share sent': failures(sent) / (sent.length + 2),
      'failed share received': failures(received) / (received.length + 2),
      'resets to sent': count(sent.filter(({ reset }) => reset).length),
      'UDP unanswered sent': count(sent.filter(({ protocol, failed }) => protocol === 17 && failed).length),
      'ICMP unreachable received': count(
        icmp.filter(({ to, type }) => to === this.device && type === 3).length,
      ),
      'DNS name errors': count(ip.filter(({ nameError }) => nameError === true).length),
      'odd TCP flags': count(
        ip.filter(({ protocol, flags }) => protocol === 6 && [0, 1, 3, 41].includes(flags ?? 0)).length,
      ),
      ...this.arpNumbers(frames),
    };
  }

  private attempt(frames: readonly Ip[]): Attempt {
    const [any] = frames as [Ip];
    const whole = this.frames.filter(
      (frame): frame is Ip => frame.kind === 'ip' && keyOf(frame) === keyOf(any),
    );
    const opener = openerOf(whole);
    const out = frames.filter(({ from }) => from === opener);
    const back = frames.filter(({ from }) => from !== opener);
    const has = (list: readonly Ip[], bit: number) =>
      any.protocol === 6 && list.some(({ flags = 0 }) => (flags & bit) !== 0);
    const payload = (list: readonly Ip[]) => list.some((frame) => frame.payload > 0);
    const failed =
      any.protocol === 17
        ? back.length === 0
        : (back.length === 0 && !payload(out)) ||
          (has(back, 4) && !payload(out) && !payload(back)) ||
          (has(out, 2) && !has(back, 2));
    const first = whole[0] as Ip;
    const serverPort = first.from === opener ? first.ports[1] : first.ports[0];
    const peer = any.from === this.device ? any.to : any.from;
    return {
      opened: opener === this.device,
      peer: peer.address,
      protocol: any.protocol,
      port: `${any.protocol}/${serverPort}`,
      failed,
      reset: has(back, 4),
    };
  }

  private arpNumbers(frames: readonly SlowFrame[]): SlowUnit['numbers'] {
    const asked = new Set<string>();
    const open = new Set<string>();
    const claims = new Map<string, Set<string>>();
    const macs = new Map<string, Set<string>>();
    let unsolicited = 0;
    let gratuitous = 0;
    for (const frame of frames) {
      if (frame.kind !== 'arp') continue;
      const sent = frame.from === this.device;
      if (sent && frame.operation === 1) {
        asked.add(frame.asked);
        open.add(frame.asked);
      }
      if (!sent && frame.operation === 1 && frame.claimed === frame.asked) gratuitous++;
      if (!sent && frame.operation === 2) {
        if (open.has(frame.claimed)) open.delete(frame.claimed);
        else unsolicited++;
      }
      claims.set(frame.claimed, (claims.get(frame.claimed) ?? new Set()).add(frame.from.mac));
      macs.set(frame.from.mac, (macs.get(frame.from.mac) ?? new Set()).add(frame.claimed));
    }
    const several = (map: Map<string, Set<string>>) =>
      [...map.values()].filter(({ size }) => size > 1).length;
    return {
      'ARP request peers': Math.log1p(asked.size),
      'ARP unsolicited replies': Math.log1p(unsolicited),
      'ARP gratuitous requests': Math.log1p(gratuitous),
      'ARP conflicts': Math.log1p(several(claims) + several(macs)),
    };
  }
}

function keyOf({ from, to, ports, protocol }: Ip): string {
  return `${protocol} ${[`${from.address}:${ports[0]}`, `${to.address}:${ports[1]}`].sort().join(' ')}`;
}

function openerOf(frames: readonly Ip[]): TestHost {
  const first = frames[0] as Ip;
  if (first.protocol === 17) return first.from;
  const syn = frames.find(({ flags = 0 }) => (flags & 18) === 2);
  if (syn !== undefined) return syn.from;
  const answer = frames.find(({ flags = 0 }) => (flags & 18) === 18);
  if (answer !== undefined) return answer.to;
  const fromServes = services.has(first.ports[0]);
  if (fromServes === services.has(first.ports[1])) return first.from;
  return fromServes ? first.to : first.from;
}
