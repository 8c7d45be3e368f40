import { createRandom, type Random, shuffle } from '../../src/math/index.js';
import { LabError } from '../errors.js';
import { pick } from './draw.js';
import type { HostPlan, SitePlan } from './types.js';

/** Kinds of suspicious traffic; the place in this list, from 1, is the number in a capture's flag (`a01`). */
export const attackKinds = [
  'sweep',
  'syn-scan',
  'connect-scan',
  'udp-scan',
  'odd-flags-scan',
  'slow-scan',
  'ssh-guessing',
  'arp-spoofing',
  'remote-services',
  'remote-shells',
  'telnet-tries',
  'beacon',
  'dns-tunnel',
  'bulk-upload',
] as const;

export type AttackKind = (typeof attackKinds)[number];

/** What a host does besides its work for a while: traffic as of an attack, by ordinary programs, inside the lab. */
export interface AttackPlan {
  readonly kind: AttackKind;
  /** Name of the host that does it. */
  readonly host: string;
  /** After the office has opened. */
  readonly startSeconds: number;
  readonly seconds: number;
  /** Names of the lab's hosts, networks, or names outside that it is done to. */
  readonly targets: readonly string[];
  /** Words of attack.sh after kind and seconds. */
  readonly words: readonly string[];
  /** A command that another host runs meanwhile, so that somebody answers. */
  readonly helper: { readonly host: string; readonly argv: readonly string[] } | null;
}

/** Flags of a capture's name: `n00`, or `a` and the number of the kind. */
export function flagsOf(attacks: readonly AttackPlan[], host: string): string {
  const attack = attacks.find((one) => one.host === host);
  return attack === undefined ? 'n00' : `a${String(attackKinds.indexOf(attack.kind) + 1).padStart(2, '0')}`;
}

export interface AttackRequest {
  readonly count: number;
  /** Only these kinds, in this order again and again; all in a drawn order when empty. */
  readonly kinds: readonly AttackKind[];
}

/**
 * Gives some hosts of a planned site one attack each. The plan of everything else stays as it is but for targets that
 * have to offer what is attacked (a workstation's ssh server or shared folder).
 * @throws LabError when the site has fewer hosts than attacks, or nobody to attack
 */
export function withAttacks(plan: SitePlan, { count, kinds }: AttackRequest): SitePlan {
  const random = createRandom(plan.seed * 4096 + 4000);
  const order = kinds.length > 0 ? kinds : shuffle(random, [...attackKinds]);
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const attacks: AttackPlan[] = [];
  for (let i = 0; i < count; i++) {
    const kind = order[i % order.length] as AttackKind;
    const free = [...hosts.values()].filter(
      (host) => mayDo(kind, host) && !attacks.some((one) => one.host === host.name),
    );
    if (free.length === 0) throw new LabError(`no host is left for attack ${i + 1} (${kind})`);
    const { name } = pick(random, free);
    attacks.push(drawAttack(random, plan, hosts, kind, hosts.get(name) as HostPlan));
  }
  return { ...plan, hosts: plan.hosts.map(({ name }) => hosts.get(name) as HostPlan), attacks };
}

const isWorkstation = ({ role, segment }: HostPlan): boolean => role !== null && segment === 'wks';

/** Mostly workstations; servers now and then scan and beacon. Printers have no tools. */
function mayDo(kind: AttackKind, host: HostPlan): boolean {
  if (isWorkstation(host)) return true;
  const onServers: readonly AttackKind[] = [
    'syn-scan',
    'ssh-guessing',
    'beacon',
    'dns-tunnel',
    'bulk-upload',
  ];
  return host.role !== null && host.segment === 'srv' && onServers.includes(kind);
}

function drawAttack(
  random: Random,
  plan: SitePlan,
  hosts: Map<string, HostPlan>,
  kind: AttackKind,
  { name: host }: HostPlan,
): AttackPlan {
  const all = plan.minutes * 60;
  const startSeconds = Math.round(all * (0.1 + 0.25 * random.uniform()));
  const seconds = Math.round((all - startSeconds) * (0.5 + 0.45 * random.uniform()));
  const common = { kind, host, startSeconds, seconds, helper: null };
  // A beacon is what is always there.
  const wholeDay = { startSeconds: 1, seconds: Math.round(all) - 2 };
  const outside = pick(random, Object.keys(plan.internetNames));
  switch (kind) {
    case 'sweep': {
      const nets = ['10.77.10.0/24', '10.77.0.0/24'].slice(0, 1 + random.below(2));
      return { ...common, targets: nets, words: nets };
    }
    case 'remote-services':
    case 'remote-shells': {
      const victims = drawVictims(random, hosts, host, 2 + random.below(3), isWorkstation);
      const program = kind === 'remote-shells' ? 'ssh' : 'smb';
      for (const victim of victims) hosts.set(victim.name, offering(victim, program));
      return { ...common, ...aimedAt(victims) };
    }
    case 'arp-spoofing': {
      const victims = drawVictims(random, hosts, host, 1, isWorkstation);
      const { targets, words } = aimedAt(victims);
      return { ...common, targets: ['router', ...targets], words: ['10.77.10.1', ...words] };
    }
    case 'beacon':
      return {
        ...common,
        ...wholeDay,
        targets: [outside],
        words: [outside, pick(random, ['1.5', '2', '3'])],
      };
    case 'bulk-upload':
      return { ...common, targets: [outside], words: [outside, String(700 + random.below(1500))] };
    case 'dns-tunnel': {
      const server = plan.internetNames[outside] as string;
      const argv = ['python3', '/lab/hosts/attack-dns.py', 'server', String(seconds), server];
      return { ...common, targets: [outside], words: [server, outside], helper: { host: 'internet', argv } };
    }
    default:
      return {
        ...common,
        ...aimedAt(drawVictims(random, hosts, host, 2 + random.below(4), ({ role }) => role !== null)),
      };
  }
}

function drawVictims(
  random: Random,
  hosts: ReadonlyMap<string, HostPlan>,
  attacker: string,
  count: number,
  fits: (host: HostPlan) => boolean,
): HostPlan[] {
  const others = [...hosts.values()].filter((host) => host.name !== attacker && fits(host));
  if (others.length === 0) throw new LabError(`there is nobody whom ${attacker} could attack`);
  return shuffle(random, others).slice(0, count);
}

const aimedAt = (victims: readonly HostPlan[]): Pick<AttackPlan, 'targets' | 'words'> => ({
  targets: victims.map(({ name }) => name),
  words: victims.map(({ address }) => address),
});

/** The same workstation with one of workstation.sh's programs more. */
function offering(host: HostPlan, program: string): HostPlan {
  const { scriptArguments } = host;
  return scriptArguments.includes(program)
    ? host
    : { ...host, scriptArguments: [program, ...scriptArguments] };
}
