import type { Offer } from '../catalog/types.js';
import { type Client, type Habit, server } from './client.js';

const base = ({ site }: Client, { extra }: Offer): string =>
  extra?.base ??
  site.adDomain
    .split('.')
    .map((part) => `dc=${part}`)
    .join(',');

/** The name of a simple bind: `alice@ad.corp.lab`, or a distinguished name with `%s` for the user. */
const bindName = ({ user, site }: Client, { extra }: Offer): string =>
  (extra?.bind ?? `%s@${site.adDomain}`).replace('%s', user);

const ldapUrl = (client: Client, offer: Offer): string =>
  `ldap${offer.tls ? 's' : ''}://${server(client, offer)}:${offer.port}`;

/** Tickets are for names. */
const byName = ({ host, port }: Offer): string => `ldap://${host}:${port}`;

const isMember = ({ joined }: Client): boolean => joined;
const isActiveDirectory = ({ extra }: Offer): boolean => extra?.bind === undefined;

/** Realms beside the domain: any client with an account may ask them. */
const realm = (what: 'find' | 'logon' | 'password' | 'script', sees?: string): Habit => ({
  of: ['realm'],
  ...(sees === undefined ? {} : { sees }),
  draw: ({ user }, { address, host, extra }) => ['realm', what, address, host, extra?.realm ?? '', user],
});

/** What members of a domain do by themselves, and what programs ask directories. */
export const domainHabits = {
  domainLogon: { of: ['kerberos'], fits: isMember, draw: ({ user }) => ['domainLogon', user] },
  domainServers: {
    of: ['dns-ad'],
    fits: isMember,
    sees: 'udp/53',
    draw: ({ site }) => ['domainServers', site.adDomain],
  },
  domainPing: {
    of: ['dns-ad'],
    fits: isMember,
    sees: 'udp/389',
    draw: (_client, { host }) => ['domainPing', host],
  },
  domainPolicies: {
    of: ['dns-ad'],
    fits: isMember,
    sees: 'tcp/445',
    draw: ({ site }, { host }) => ['domainPolicies', host, site.adDomain],
  },
  domainPassword: {
    of: ['dns-ad'],
    fits: isMember,
    sees: 'tcp/464',
    draw: ({ user }) => ['domainPassword', user],
  },
  directoryTicket: {
    of: ['ldap'],
    fits: (client, offer) => client.joined && isActiveDirectory(offer),
    draw: (client, offer) => ['directoryTicket', byName(offer), base(client, offer), client.user],
  },
  directoryBind: {
    of: ['ldaps'],
    draw: (client, offer) => [
      'directoryBind',
      ldapUrl(client, offer),
      bindName(client, offer),
      base(client, offer),
      `(${isActiveDirectory(offer) ? 'sAMAccountName' : 'uid'}=${client.user})`,
    ],
  },
  directoryAll: {
    of: ['ldap', 'ldaps'],
    draw: (client, offer) => [
      offer.tls ? 'directoryBind' : 'directoryStartTls',
      ldapUrl(client, offer),
      bindName(client, offer),
      base(client, offer),
      isActiveDirectory(offer) ? '(objectClass=user)' : '(objectClass=person)',
    ],
  },
  domainUsers: {
    of: ['dns-ad'],
    sees: 'tcp/445',
    draw: ({ site, user }, { host }) => ['domainUsers', host, `${site.workgroup}\\${user}`],
  },
  realmFind: realm('find', 'udp/53'),
  realmLogon: realm('logon', 'tcp/389'),
  realmPassword: realm('password', 'udp/464'),
  realmScript: realm('script', 'tcp/445'),
} satisfies Record<string, Habit>;
