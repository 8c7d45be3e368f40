import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttackLabel } from './attack-run.js';

/** One finished capture of a corpus. */
export interface ManifestRow {
  /** Below the corpus's folder. */
  readonly file: string;
  readonly role: string;
  readonly implementation: string;
  readonly variant: string;
  /** Seed of the site. */
  readonly site: number;
  readonly host: string;
  /** As in the file's name: `n00` normal. */
  readonly flags: string;
  readonly mac: string;
  readonly address: string;
  readonly packets: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly sessions: number;
  readonly sha256: string;
  /** Joined by `; `; empty for a good capture. */
  readonly problems: string;
  /** Kind of suspicious traffic that the host makes; empty for none, and so are the next three. */
  readonly attack: string;
  /** By the capture's clock, seconds since 1970. */
  readonly attackStart: number | '';
  readonly attackEnd: number | '';
  /** Hosts, networks and names outside that it is done to, joined by spaces. */
  readonly attackTargets: string;
}

type AttackColumns = Pick<ManifestRow, 'attack' | 'attackStart' | 'attackEnd' | 'attackTargets'>;

/** A capture in `plan.json`, as far as manifests need it. */
interface PlannedCapture extends Omit<ManifestRow, 'site' | 'sessions' | 'problems' | keyof AttackColumns> {
  /** Service ports that had to occur. */
  readonly mustSee: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
  readonly sessions: Readonly<Record<string, number>>;
  readonly sessionCount: number;
  readonly protocols: readonly string[] | null;
  readonly problems: readonly string[];
}

/** A finished `plan.json`, as far as manifests need it. */
export interface FinishedSite {
  readonly seed: number;
  readonly captures: readonly PlannedCapture[];
  readonly attackLabels?: readonly AttackLabel[];
  readonly seconds: { readonly up: number; readonly work: number };
}

/** What roles look like over a corpus. */
export interface RoleSummary {
  readonly captures: number;
  readonly good: number;
  readonly implementations: Readonly<Record<string, number>>;
  /** Share of the role's captures in which tshark found the protocol, most frequent first. */
  readonly protocols: Readonly<Record<string, number>>;
  /** Share of the role's sessions at a service port, largest first. */
  readonly sessionShares: Readonly<Record<string, number>>;
}

/** The finished sites below a folder, by seed. */
export function finishedSites(folder: string): { name: string; site: FinishedSite }[] {
  return readdirSync(folder)
    .filter((name) => /^site-\d+$/.test(name) && isFinished(join(folder, name)))
    .sort()
    .map((name) => ({ name, site: JSON.parse(readFileSync(join(folder, name, 'plan.json'), 'utf8')) }));
}

/** Whether a run's folder holds all it will ever hold. */
export function isFinished(siteFolder: string): boolean {
  const path = join(siteFolder, 'plan.json');
  return existsSync(path) && 'captures' in (JSON.parse(readFileSync(path, 'utf8')) as object);
}

/** One row a capture, in the order of sites and hosts. */
export function manifestRows(sites: readonly { name: string; site: FinishedSite }[]): ManifestRow[] {
  return sites.flatMap(({ name, site }) =>
    site.captures.map((capture) => ({
      file: `${name}/${capture.file}`,
      role: capture.role,
      implementation: capture.implementation,
      variant: capture.variant,
      site: site.seed,
      host: capture.host,
      flags: capture.flags,
      mac: capture.mac,
      address: capture.address,
      packets: capture.packets,
      bytes: capture.bytes,
      seconds: capture.seconds,
      sessions: capture.sessionCount,
      sha256: capture.sha256,
      problems: capture.problems.join('; '),
      ...attackOf(site, capture.host),
    })),
  );
}

function attackOf({ attackLabels = [] }: FinishedSite, host: string): AttackColumns {
  const label = attackLabels.find((one) => one.host === host);
  if (label === undefined) return { attack: '', attackStart: '', attackEnd: '', attackTargets: '' };
  const { kind, start, end, targets } = label;
  return { attack: kind, attackStart: start, attackEnd: end, attackTargets: targets.join(' ') };
}

/** Rows as CSV (RFC 4180) with a header. */
export function toCsv(rows: readonly ManifestRow[]): string {
  const [first] = rows;
  if (first === undefined) return '';
  const cell = (value: string | number): string =>
    /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  const lines = rows.map((row) => Object.values(row).map(cell).join(','));
  return `${[Object.keys(first).join(','), ...lines].join('\n')}\n`;
}

const LISTED = 15;

/** What each role's captures hold. */
export function summarise(sites: readonly { site: FinishedSite }[]): Record<string, RoleSummary> {
  const captures = sites.flatMap(({ site }) => site.captures);
  const roles = [...new Set(captures.map(({ role }) => role))].sort();
  return Object.fromEntries(
    roles.map((role) => {
      const own = captures.filter((capture) => capture.role === role);
      const sessions = own.reduce((sum, { sessionCount }) => sum + sessionCount, 0);
      const summary: RoleSummary = {
        captures: own.length,
        good: own.filter(({ problems }) => problems.length === 0).length,
        implementations: counted(own.map(({ implementation }) => [implementation, 1])),
        protocols: shares(
          counted(own.flatMap(({ protocols }) => (protocols ?? []).map((name) => [name, 1]))),
          own.length,
        ),
        sessionShares: shares(counted(own.flatMap((capture) => Object.entries(capture.sessions))), sessions),
      };
      return [role, summary];
    }),
  );
}

function counted(items: readonly (readonly [string, number])[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [name, count] of items) counts.set(name, (counts.get(name) ?? 0) + count);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

function shares(counts: Readonly<Record<string, number>>, whole: number): Record<string, number> {
  const listed = Object.entries(counts).slice(0, LISTED);
  return Object.fromEntries(listed.map(([name, count]) => [name, Math.round((1000 * count) / whole) / 1000]));
}

/** Writes manifest.csv, manifest.json and summary.json of what is finished in a corpus's folder. */
export function writeManifest(folder: string): { rows: ManifestRow[]; roles: Record<string, RoleSummary> } {
  const sites = finishedSites(folder);
  const rows = manifestRows(sites);
  const roles = summarise(sites);
  writeFileSync(join(folder, 'manifest.csv'), toCsv(rows));
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(rows, null, 1)}\n`);
  writeFileSync(join(folder, 'summary.json'), `${JSON.stringify({ sites: sites.length, roles }, null, 1)}\n`);
  return { rows, roles };
}
