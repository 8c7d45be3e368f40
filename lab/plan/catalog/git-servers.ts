import { pick } from '../draw.js';
import { hostPlan, offerOf, offersOf } from './host.js';
import type { HostPlan, HostSeat, Implementation, SiteDraw } from './types.js';

const REPOSITORIES = ['app', 'lib', 'infra', 'site', 'docs', 'tools', 'billing', 'mobile'];
const MOST_REPOSITORIES = 5;

interface GitServer {
  readonly name: string;
  readonly commands: readonly string[];
  readonly shell: 'openssh' | 'dropbear';
  readonly webs: readonly string[];
  readonly ports: readonly number[];
  /** Chance of a git daemon (port 9418). */
  readonly daemon: number;
}

const hasTls = (port: number): boolean => port === 443 || port === 8443;

function plan(site: SiteDraw, seat: HostSeat, kind: GitServer): HostPlan {
  const { random } = site;
  const port = pick(random, kind.ports);
  const web = pick(random, kind.webs);
  const daemon = random.uniform() < kind.daemon;
  const start = random.below(REPOSITORIES.length);
  const count = 2 + random.below(MOST_REPOSITORIES - 1);
  const names = Array.from(
    { length: count },
    (_, i) => REPOSITORIES[(start + i) % REPOSITORIES.length] as string,
  );
  const repositories = names.join(',');
  const key = pick(random, ['ec', 'rsa']);
  site.offers.push(
    offerOf(site, seat, 'git-ssh', 22, { extra: { user: 'git', path: '/srv/git', repositories } }),
    offerOf(site, seat, 'git-http', port, { tls: hasTls(port), extra: { repositories } }),
  );
  if (daemon) site.offers.push(offerOf(site, seat, 'git-daemon', 9418, { extra: { repositories } }));
  const host = hostPlan(site, seat, {
    role: 'GithubRepo',
    implementation: kind.name,
    variant: [kind.shell, web, port, daemon ? 'daemon' : 'no-daemon'].join(' '),
    script: 'git-server.sh',
    scriptArguments: [kind.shell, web, String(port), daemon ? 'daemon' : 'no-daemon', key, '-', ...names],
    mustSee: ['tcp/22', `tcp/${port}`, 'udp/123'],
  });
  if (!host.upkeep.includes('ssh')) site.offers.push(offerOf(site, seat, 'ssh', 22));
  // Dropbear stands at port 22 itself, where OpenSSH would be part of the upkeep.
  const others = host.upkeep.filter((word) => word !== 'ssh');
  return { ...host, upkeep: kind.shell === 'openssh' ? ['ssh', ...others] : others };
}

/** The wiki that hears of pushes is known once all servers are planned. */
function later(site: SiteDraw, host: HostPlan): HostPlan {
  const hooks = offersOf(site, 'webhook');
  if (hooks.length === 0) return host;
  const { host: name, port } = pick(site.random, hooks);
  const [shell, web, webPort, daemon, key, , ...names] = host.scriptArguments as [string, ...string[]];
  const words = [shell, web, webPort, daemon, key, `http://${name}:${port}/hook`, ...names] as string[];
  return { ...host, scriptArguments: words };
}

const kinds: readonly GitServer[] = [
  {
    name: 'git-openssh-nginx',
    commands: ['sshd', 'nginx', 'fcgiwrap', '/usr/lib/cgit/cgit.cgi'],
    shell: 'openssh',
    webs: ['nginx', 'nginx-http2'],
    ports: [443, 443, 443, 8443],
    daemon: 0.5,
  },
  {
    name: 'git-dropbear-lighttpd',
    commands: ['dropbear', 'lighttpd', '/usr/lib/cgit/cgit.cgi'],
    shell: 'dropbear',
    webs: ['lighttpd'],
    ports: [80, 3000],
    daemon: 1,
  },
  {
    name: 'git-openssh-apache',
    commands: ['sshd', 'apache2', '/usr/lib/cgit/cgit.cgi'],
    shell: 'openssh',
    webs: ['apache'],
    ports: [443, 443, 8443, 80],
    daemon: 0.3,
  },
];

/** Git over ssh and HTTP, with pages by cgit. */
export const gitServers: readonly Implementation[] = kinds.map((kind) => ({
  role: 'GithubRepo',
  name: kind.name,
  commands: kind.commands,
  plan: (site, seat) => plan(site, seat, kind),
  later,
}));
