import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../src/math/index.js';
import { mustRun } from '../machine/process.js';
import { logNormal, pick } from './draw.js';
import { documentNames } from './site-plan.js';
import type { SitePlan } from './types.js';

/**
 * Fills the folder that every host sees as `/lab`: host scripts, documents, name service table, and keys and
 * certificates made for this run alone.
 */
export async function fillShare(share: string, hostsFolder: string, plan: SitePlan): Promise<void> {
  mkdirSync(join(share, 'site'), { recursive: true });
  cpSync(hostsFolder, join(share, 'hosts'), { recursive: true });
  writeDocuments(join(share, 'documents'), plan.seed);
  writeFileSync(join(share, 'site/dnsmasq.conf'), nameServiceTable(plan));
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

/** Configuration of dnsmasq: two segments with DHCP, all names, and the outside's names with their addresses. */
function nameServiceTable(plan: SitePlan): string {
  const inside = plan.hosts.flatMap((host) => {
    const [first] = host.legs;
    if (first === undefined || host.address === '' || host.name === 'internet') return [];
    if (first.addresses.length === 0) return [`dhcp-host=${first.mac},${host.name},${host.address}`];
    const addresses = first.addresses.map((address) => address.split('/')[0]);
    return [`host-record=${host.name}.corp.lab,${addresses.join(',')}`];
  });
  const outside = Object.entries(plan.internetNames).map(([name, address]) => `address=/${name}/${address}`);
  return [
    ...['no-resolv', 'no-hosts', 'no-ping', 'bind-interfaces', 'dhcp-authoritative'],
    ...[
      'interface=eth0',
      'interface=wks',
      'interface=prn',
      'domain=corp.lab',
      'local=/corp.lab/',
      'expand-hosts',
    ],
    ...['10.77.10', '10.77.20'].map((net) => `dhcp-range=${net}.200,${net}.250,255.255.255.0,2m`),
    ...['enable-ra', 'dhcp-range=fd77:10::,ra-stateless,2m', 'dhcp-leasefile=/run/dnsmasq.leases'],
    ...['dhcp-option=option:ntp-server,0.0.0.0', 'dhcp-option=option:domain-search,corp.lab'],
    ...inside,
    ...outside,
    '',
  ].join('\n');
}

/** A certificate authority, one certificate for all outside names, and the administrator's ssh key. */
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
  await mustRun([
    'ssh-keygen',
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    'admin@corp.lab',
    '-f',
    at('admin-key'),
  ]);
}
