import { type ChildProcess, spawn } from 'node:child_process';
import { descendant, pidOf, waitFor } from '../machine/process.js';
import { recordProcess } from '../machine/state.js';

/** The namespaces that hold a whole run: the switch's network, the overlays' mounts, and all processes. */
export interface Site {
  /** First process of the site's PID namespace, by its number on the machine. */
  readonly pid: number;
  /** Folder that holds the overlays; a tmpfs inside the site, an empty folder outside. */
  readonly overlays: string;
  /** Folder that every host sees as `/lab`. */
  readonly share: string;
  /** Where the shell scripts of the hosts are. */
  readonly hostsFolder: string;
  /** DNS domain of the hosts. */
  readonly domain: string;
  /** Folder with the layers of packages; null when there is none. */
  readonly layersFolder: string | null;
  /** Folders of the machine that hosts see empty. */
  readonly hidden: readonly string[];
}

export interface SiteRequest extends Omit<Site, 'pid'> {
  readonly outFolder: string;
  readonly bridges: readonly string[];
  /** The site ends by itself after this time, whatever becomes of the driver. */
  readonly limitSeconds: number;
}

const OVERLAY_SIZE = '10g';

/** Starts the switch and records it. @throws LabError when it does not come up */
export async function startSite(request: SiteRequest): Promise<Site> {
  const { outFolder, bridges, limitSeconds, ...site } = request;
  const script = [
    `${site.hostsFolder}/site-init.sh`,
    site.overlays,
    OVERLAY_SIZE,
    String(Math.ceil(limitSeconds)),
    ...bridges,
  ];
  const child = spawn(
    'unshare',
    ['--net', '--mount', '--pid', '--fork', '--kill-child', '--', 'bash', ...script],
    // Its input is a pipe that nothing is written to: it ends with the driver, however the driver ends.
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const outer = pidOf(child);
  recordProcess(outFolder, 'site (unshare)', outer);
  const pid = await waitFor('the site', 5000, () => descendant(outer, 1));
  recordProcess(outFolder, 'site (first process)', pid);
  await readyLine(child, 'the switch');
  return { ...site, pid };
}

/** Waits until a starting script says "ready". */
export async function readyLine(child: ChildProcess, what: string): Promise<void> {
  let said = '';
  child.stdout?.on('data', (piece: Buffer) => {
    if (said.length < 4096) said += piece.toString();
  });
  await waitFor(what, 15_000, () => (said.includes('ready') ? true : undefined));
}

/** A command in the switch's network namespace; files are the machine's. */
export function inSwitch(site: Site, argv: readonly string[]): string[] {
  return ['nsenter', '-t', String(site.pid), '-n', '--', ...argv];
}
