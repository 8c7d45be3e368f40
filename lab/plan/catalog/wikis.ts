import { pick } from '../draw.js';
import { drawSteps, type Habit, type Persona } from '../persona.js';
import { hostPlan, offerOf, offersOf, seatOf } from './host.js';
import type { HostPlan, HostSeat, Implementation, SiteDraw } from './types.js';

interface Wiki {
  readonly name: string;
  readonly kind: 'mediawiki' | 'dokuwiki' | 'node';
  readonly commands: readonly string[];
  readonly webs: readonly string[];
  readonly ports: readonly number[];
  /** What is drawn for its database; `remote` becomes the address of a server in the site. */
  readonly databases: readonly ('local' | 'remote' | 'none')[];
  readonly weight?: number;
}

/** How readers get at pages: paths, and the form that keeps a page. */
const READERS: Readonly<Record<Wiki['kind'], Readonly<Record<string, string>>>> = {
  mediawiki: {
    pages: ['Main_Page', 'Plan', 'Handbook', 'Minutes', 'Contacts', 'Special:RecentChanges']
      .map((name) => `/mediawiki/index.php/${name}`)
      .join(','),
    form: '/mediawiki/api.php',
    fields: 'action=edit&format=json&title=Plan&token=%2B%5C',
    field: 'text',
  },
  dokuwiki: {
    pages: [
      ...['start', 'plan', 'handbook', 'minutes', 'contacts'].map((name) => `/dokuwiki/doku.php?id=${name}`),
      ...['/dokuwiki/lib/exe/css.php', '/dokuwiki/lib/exe/js.php', '/dokuwiki/feed.php'],
    ].join(','),
    form: '/dokuwiki/doku.php',
    fields: 'do[save]=1&id=plan',
    field: 'wikitext',
  },
  node: {
    pages: [
      '/pages/start',
      '/pages/plan',
      '/pages/handbook',
      '/style.css',
      '/page.js',
      '/search?q=paper',
    ].join(','),
    form: '/edit',
    fields: 'page=plan',
    field: 'text',
  },
};

const hasTls = (port: number): boolean => port === 443 || port === 8443;
const HOOK_PORT = 8090;

function plan(site: SiteDraw, seat: HostSeat, wiki: Wiki): HostPlan {
  const { random } = site;
  const port = pick(random, wiki.ports);
  const web = pick(random, wiki.webs);
  const wanted = pick(random, wiki.databases);
  const servers = offersOf(site, 'postgres').filter(({ extra }) => extra?.user === 'office');
  const server = wanted === 'remote' && servers.length > 0 ? pick(random, servers) : undefined;
  const database = server?.address ?? (wanted === 'remote' ? 'local' : wanted);
  site.offers.push(
    offerOf(site, seat, 'wiki', port, { tls: hasTls(port), extra: READERS[wiki.kind] }),
    offerOf(site, seat, 'webhook', HOOK_PORT),
  );
  if (database === 'local') {
    site.offers.push(offerOf(site, seat, 'postgres', 5432, { extra: { user: 'wiki', database: 'wiki' } }));
  }
  const host = hostPlan(site, seat, {
    role: 'ConfluenceServer',
    implementation: wiki.name,
    variant: [web, port, server === undefined ? database : 'remote'].join(' '),
    script: 'wiki-server.sh',
    scriptArguments: [wiki.kind, web, String(port), pick(random, ['ec', 'rsa']), database],
    mustSee: [`tcp/${port}`, 'udp/123', ...(server === undefined ? [] : ['tcp/5432'])],
    readySeconds: 60,
  });
  return server === undefined ? host : { ...host, after: [...host.after, nameOf(server.host)] };
}

const nameOf = (host: string): string => host.split('.')[0] as string;

const directory: Omit<Habit, 'weight'> = {
  needs: 'ldap',
  draw: ({ offer }) => ['directoryRoot', `ldap://${offer.host}:${offer.port}`],
};

/** What a wiki does by itself: looks people up, sends notices, reads what is new at the code server. */
const errands: Persona = {
  pauseMedianMs: 5500,
  habits: [
    { weight: 6, ...directory },
    {
      weight: 5,
      needs: 'smtp',
      draw: ({ offer, site, random, user }) => [
        ...([
          'notice',
          offer.host,
          String(offer.port),
          `${user}@${offer.extra?.domain ?? site.domain}`,
        ] as const),
        pick(random, site.documents),
      ],
    },
    {
      weight: 3,
      needs: 'git-http',
      draw: ({ offer }) => ['checkPage', `http${offer.tls ? 's' : ''}://${offer.host}:${offer.port}/`],
    },
    { weight: 2, draw: ({ random, site }) => ['lookup', pick(random, site.webNames)] },
  ],
  certain: [directory],
};

const later = (site: SiteDraw, host: HostPlan): HostPlan => ({
  ...host,
  steps: drawSteps(site, seatOf(host), errands, pick(site.random, site.users)),
});

const kinds: readonly Wiki[] = [
  {
    name: 'mediawiki',
    kind: 'mediawiki',
    commands: ['php', 'psql', '/var/lib/mediawiki/maintenance/install.php', 'nginx', 'apache2'],
    webs: ['nginx', 'nginx-http2', 'apache'],
    ports: [443, 443, 8443, 8090],
    databases: ['local', 'remote', 'remote'],
  },
  {
    name: 'dokuwiki',
    kind: 'dokuwiki',
    commands: ['php', '/usr/share/dokuwiki/doku.php', 'nginx', 'apache2'],
    webs: ['nginx', 'apache', 'nginx-http2'],
    ports: [443, 80, 8443, 8090],
    databases: ['none'],
  },
  {
    name: 'node-wiki',
    kind: 'node',
    commands: ['/usr/bin/node', 'psql'],
    webs: ['own'],
    ports: [443, 443, 8443, 8090],
    databases: ['local', 'remote', 'remote', 'none'],
  },
];

/** Wikis with pages to read and to keep, calls from the code server, a database here or elsewhere. */
export const wikis: readonly Implementation[] = kinds.map((wiki) => ({
  role: 'ConfluenceServer',
  name: wiki.name,
  commands: wiki.commands,
  plan: (site, seat) => plan(site, seat, wiki),
  later,
}));
