import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../src/math/index.js';
import { mustRun } from '../machine/process.js';
import { type Offer, PASSWORD } from './catalog/types.js';
import { logNormal, pick } from './draw.js';
import { documentNames } from './site-plan.js';
import type { SitePlan } from './types.js';

/**
 * Fills the folder that every host sees as `/lab`: host scripts, documents, name service table, and keys and
 * certificates made for this run alone.
 */
export async function fillShare(
  share: string,
  hostsFolder: string,
  plan: SitePlan,
  offers: readonly Offer[],
): Promise<void> {
  mkdirSync(join(share, 'site'), { recursive: true });
  cpSync(hostsFolder, join(share, 'hosts'), { recursive: true });
  writeDocuments(join(share, 'documents'), plan.seed);
  writeFileSync(join(share, 'site/dnsmasq.conf'), nameServiceTable(plan, offers));
  writeFileSync(join(share, 'site/site.sh'), siteSettings(plan));
  writeFileSync(join(share, 'site/offers.tsv'), offerTable(offers));
  await makeKeys(join(share, 'site'), Object.keys(plan.internetNames));
}

const WORDS = [
  'order',
  'invoice',
  'paper',
  'delivery',
  'meeting',
  'customer',
  'number',
  'quarter',
  'report',
  'shelf',
];

/** Texts of 1 to 40 kB; equal for equal seeds. */
function writeDocuments(folder: string, seed: number): void {
  mkdirSync(folder);
  const random = createRandom(seed + 1_000_000);
  for (const name of documentNames) {
    const size = Math.min(40_000, Math.max(1000, logNormal(random, 7000, 0.9)));
    let text = '';
    while (text.length < size)
      text += `${pick(random, WORDS)} ${random.below(10_000)} ${pick(random, WORDS)}\n`;
    writeFileSync(join(folder, name), text);
  }
}

/** The site's names for shell scripts that source /lab/site/site.sh. */
function siteSettings(plan: SitePlan): string {
  const { domain, adDomain, realm, workgroup, users } = plan;
  const settings = {
    ...{ DOMAIN: domain, AD_DOMAIN: adDomain, REALM: realm, WORKGROUP: workgroup },
    ...{ USERS: users.join(' '), PASSWORD },
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

/** One line an offer: kind, host, address, port, tls or plain. */
function offerTable(offers: readonly Offer[]): string {
  return offers
    .map(({ kind, host, address, port, tls }) =>
      [kind, host, address, port, tls ? 'tls' : 'plain'].join('\t').concat('\n'),
    )
    .join('');
}

/** Configuration of dnsmasq: two segments with DHCP, all names, the directory's domain, and the outside's names. */
function nameServiceTable(plan: SitePlan, offers: readonly Offer[]): string {
  const { domain, leaseMinutes } = plan;
  const controllers = [
    ...new Set(offers.filter(({ kind }) => kind === 'dns-ad').map(({ address }) => address)),
  ];
  const inside = plan.hosts.flatMap((host) => {
    const [first] = host.legs;
    if (first === undefined || host.address === '' || host.name === 'internet') return [];
    if (first.addresses.length > 0) {
      const addresses = first.addresses.map((address) => address.split('/')[0]);
      return [`host-record=${host.name}.${domain},${addresses.join(',')}`];
    }
    const tag = host.joined ? ',set:joined' : '';
    return [
      `dhcp-host=${first.mac}${tag},${host.name},${host.address}`,
      `host-record=${host.name}.${domain},${host.address}`,
    ];
  });
  const outside = Object.entries(plan.internetNames).map(([name, address]) => `address=/${name}/${address}`);
  const routerAdverts = ['enable-ra', `dhcp-range=fd77:10::,ra-stateless,${leaseMinutes}m`];
  return [
    ...['no-resolv', 'no-hosts', 'no-ping', 'bind-interfaces', 'dhcp-authoritative'],
    ...['interface=eth0', 'interface=wks', 'interface=prn'],
    ...[`domain=${domain}`, `local=/${domain}/`, 'expand-hosts'],
    ...['10.77.10', '10.77.20'].map(
      (net) => `dhcp-range=${net}.220,${net}.250,255.255.255.0,${leaseMinutes}m`,
    ),
    ...(plan.ipv6 ? routerAdverts : []),
    ...['dhcp-leasefile=/run/dnsmasq.leases', 'dhcp-option=option:ntp-server,0.0.0.0'],
    `dhcp-option=option:domain-search,${domain}`,
    ...controllers.map((address) => `server=/${plan.adDomain}/${address}`),
    ...(controllers.length > 0 ? [`dhcp-option=tag:joined,option:dns-server,${controllers.join(',')}`] : []),
    ...inside,
    ...outside,
    '',
  ].join('\n');
}

/** A certificate authority, one certificate for all outside names, and ssh keys of administrator and users. */
async function makeKeys(folder: string, names: readonly string[]): Promise<void> {
  const at = (name: string): string => join(folder, name);
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '30'];
  await mustRun(
    [
      'openssl',
      'req',
      '-x509',
      ...newKey,
      '-subj',
      '/O=Lab/CN=Lab Root',
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.crt'),
    ],
    30_000,
  );
  await mustRun(
    [
      'openssl',
      'req',
      ...newKey.slice(0, 3),
      '-subj',
      `/CN=${names[0]}`,
      '-keyout',
      at('internet.key'),
      '-out',
      at('internet.csr'),
    ],
    30_000,
  );
  writeFileSync(at('internet.ext'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`);
  await mustRun(
    [
      ...['openssl', 'x509', '-req', '-in', at('internet.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key')],
      ...['-CAcreateserial', '-days', '30', '-extfile', at('internet.ext'), '-out', at('internet.crt')],
    ],
    30_000,
  );
  for (const who of ['admin', 'user']) {
    const words = ['-q', '-t', 'ed25519', '-N', '', '-C', `${who}@lab`, '-f', at(`${who}-key`)];
    await mustRun(['ssh-keygen', ...words]);
  }
}
