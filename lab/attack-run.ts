import { appendFileSync } from 'node:fs';
import { mapTime, type TimeMap } from './finish/time-map.js';
import { pause, run } from './machine/process.js';
import { type Host, inHost } from './net/host.js';
import { type AttackPlan, flagsOf } from './plan/attacks.js';
import type { SitePlan } from './plan/types.js';

/** When an attack really went on, by the recording's clock. Seconds since 1970. */
export interface AttackReport {
  readonly attack: AttackPlan;
  readonly start: number;
  readonly end: number;
  /** Exit code of attack.sh; null when it had to be ended. */
  readonly code: number | null;
}

const GRACE_SECONDS = 3;
const now = (): number => Date.now() / 1000;

/** Runs a plan's attacks beside the office's work, each in its own time. */
export function runAttacks(
  attacks: readonly AttackPlan[],
  hosts: readonly Host[],
  logFolder: string,
  stop: AbortSignal,
): Promise<AttackReport[]> {
  return Promise.all(attacks.map((attack) => runAttack(attack, hosts, logFolder, stop)));
}

async function runAttack(
  attack: AttackPlan,
  hosts: readonly Host[],
  logFolder: string,
  stop: AbortSignal,
): Promise<AttackReport> {
  const { kind, host, seconds, startSeconds, words, helper } = attack;
  for (const begin = now(); now() < begin + startSeconds && !stop.aborted; ) await pause(100);
  const limit = seconds + GRACE_SECONDS;
  const inside = (name: string, argv: readonly string[]) => {
    const found = hosts.find(({ plan }) => plan.name === name);
    return found === undefined ? undefined : run(limited(found, limit, argv), (limit + GRACE_SECONDS) * 1000);
  };
  const answering = helper === null ? undefined : inside(helper.host, helper.argv);
  const start = now();
  const ended = await inside(host, ['bash', '/lab/hosts/attack.sh', kind, String(seconds), ...words]);
  const end = now();
  await answering;
  if (ended !== undefined && ended.code !== 0) {
    appendFileSync(`${logFolder}/${host}.failed.log`, `attack ${kind}: ${ended.code} ${ended.stderr}\n`);
  }
  return { attack, start, end, code: ended?.code ?? null };
}

const limited = (host: Host, seconds: number, argv: readonly string[]): string[] =>
  inHost(host, ['timeout', '-k', '2', String(seconds), ...argv]);

/** An attack as finished captures show it. */
export interface AttackLabel {
  readonly kind: string;
  /** As in the capture's name. */
  readonly flags: string;
  readonly host: string;
  readonly targets: readonly string[];
  /** By the finished captures' clock, seconds since 1970; no packet of it lies outside. */
  readonly start: number;
  readonly end: number;
  readonly code: number | null;
}

/**
 * Finds an attack's time in the finished captures. Its frames may belong to several units, each stretched in its own
 * way, so the label spans all that they can be mapped to.
 */
export function labelAttack(report: AttackReport, plan: SitePlan, time: TimeMap): AttackLabel {
  const { attack, start, end, code } = report;
  const units = ['', attack.host, ...attack.targets];
  const moments = (second: number): number[] =>
    units.map((unit) => mapTime(time, unit, Math.max(0, second - time.originSeconds)));
  return {
    ...{ kind: attack.kind, flags: flagsOf(plan.attacks, attack.host), host: attack.host },
    // Networks, as finished captures know them.
    targets: attack.targets.map((target) => target.replace(/^10\.77\b/, plan.insidePrefix)),
    start: plan.clockSeconds + Math.min(...moments(start)),
    end: plan.clockSeconds + Math.max(...moments(end)),
    code,
  };
}
