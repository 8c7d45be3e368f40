import { appendFileSync } from 'node:fs';
import { pause, run } from './machine/process.js';
import { type Host, inHost } from './net/host.js';
import { commandsOf } from './plan/actions/index.js';

/** What one client did. */
export interface WorkReport {
  readonly done: Record<string, number>;
  readonly failed: Record<string, number>;
}

/** Commands may end this much later than their own limit before the driver gives up on them. */
const GRACE_MS = 4000;

/**
 * Lets a client follow its planned steps until they or the time are over. A failed step is counted and logged; the
 * day goes on, as it does in an office.
 * @param isOver asked before each step
 */
export async function work(host: Host, isOver: () => boolean, logFile: string): Promise<WorkReport> {
  const report: WorkReport = { done: {}, failed: {} };
  for (const step of host.plan.steps) {
    await pause(step.pauseMs);
    if (isOver()) break;
    let good = true;
    for (const { argv, seconds } of commandsOf(step.action, step.arguments)) {
      const limited = ['timeout', '-k', '2', String(seconds), ...argv];
      const { code, stdout, stderr } = await run(inHost(host, limited), seconds * 1000 + GRACE_MS);
      if (code === 0) continue;
      good = false;
      const said = stderr.trim() || stdout.trim();
      appendFileSync(logFile, `${argv.join(' ')}\n  ended with ${code}: ${said.slice(-300)}\n`);
    }
    const counts = good ? report.done : report.failed;
    counts[step.action] = (counts[step.action] ?? 0) + 1;
  }
  return report;
}
