import { pick } from '../draw.js';
import { hostPlan, offerOf, offersOf } from './host.js';
import { roundsLater, serverRounds } from './server-rounds.js';
import type { HostSeat, Implementation, SiteDraw } from './types.js';

const ROLE = 'ActiveDirectoryController';
const VIRTUAL = ['00:15:5d', '00:50:56', '00:25:90', 'f4:03:43'];

const hasDomain = (site: SiteDraw): boolean => offersOf(site, 'dns-ad').length > 0;

/** What every controller of the site's domain offers; its name lies in the domain, as tickets are for names. */
function offerDomain(site: SiteDraw, seat: HostSeat): void {
  const host = `${seat.name}.${site.adDomain}`;
  const offer = (kind: string, port: number, tls = false): void => {
    site.offers.push(offerOf(site, seat, kind, port, { host, tls }));
  };
  offer('dns-ad', 53);
  offer('kerberos', 88);
  offer('ldap', 389);
  offer('ldaps', 636, true);
  offer('global-catalog', 3268);
}

/** Words of samba-ad.sh; the peer is an address, or `-` for the first controller. */
const sambaWords = (site: SiteDraw, seat: HostSeat, mode: string, peer: string): string[] => [
  ...[mode, seat.address, site.adDomain, site.workgroup, '10.77.0.1', peer],
  ...[site.users.join(','), pick(site.random, ['ec', 'rsa'])],
];

/** Samba as the first controller: makes the domain and its users. */
const sambaFirst: Implementation = {
  role: ROLE,
  name: 'samba-ad',
  prefixes: VIRTUAL,
  commands: ['samba', 'samba-tool', 'winbindd', 'kinit'],
  weight: 5,
  later: roundsLater(serverRounds.controller),
  fits: (site) => !hasDomain(site),
  plan(site, seat) {
    offerDomain(site, seat);
    return hostPlan(site, seat, {
      role: ROLE,
      implementation: 'samba-ad',
      script: 'samba-ad.sh',
      scriptArguments: sambaWords(site, seat, 'first', '-'),
      mustSee: ['tcp/88', 'udp/53', 'udp/123'],
      readySeconds: 90,
    });
  },
};

/** Samba joining the domain that is there, and replicating with it (DRS). */
const sambaSecond: Implementation = {
  role: ROLE,
  name: 'samba-ad-second',
  prefixes: VIRTUAL,
  commands: ['samba', 'samba-tool', 'winbindd', 'kinit'],
  weight: 3,
  later: roundsLater(serverRounds.controller),
  fits: hasDomain,
  plan(site, seat) {
    const peer = offersOf(site, 'dns-ad')[0]?.address ?? '-';
    offerDomain(site, seat);
    return hostPlan(site, seat, {
      role: ROLE,
      implementation: 'samba-ad-second',
      script: 'samba-ad.sh',
      scriptArguments: sambaWords(site, seat, 'second', peer),
      mustSee: ['udp/53', 'udp/123'],
      readySeconds: 120,
    });
  },
};

/** OpenLDAP, MIT Kerberos, dnsmasq and Samba's older kind of domain, with a realm of its own. */
const directoryMit: Implementation = {
  role: ROLE,
  name: 'slapd-mit',
  commands: ['slapd', 'krb5kdc', 'kadmind', 'kdb5_util', 'dnsmasq', 'smbd', 'nmbd'],
  weight: 2,
  later: roundsLater(serverRounds.directory),
  plan(site, seat) {
    const zone = `${pick(site.random, ['id', 'unix', 'auth'])}.${site.domain}`;
    const base = `dc=${zone.replaceAll('.', ',dc=')}`;
    const extra = { base, bind: `uid=%s,ou=people,${base}` };
    site.offers.push(
      offerOf(site, seat, 'realm', 88, { extra: { realm: zone.toUpperCase() } }),
      offerOf(site, seat, 'ldap', 389, { extra }),
      offerOf(site, seat, 'ldaps', 636, { tls: true, extra }),
    );
    return hostPlan(site, seat, {
      role: ROLE,
      implementation: 'slapd-mit',
      script: 'directory-mit.sh',
      scriptArguments: [
        ...[seat.address, site.domain, zone, site.users.join(',')],
        pick(site.random, ['ec', 'rsa']),
      ],
      mustSee: ['udp/88', 'tcp/389', 'udp/123'],
      readySeconds: 60,
    });
  },
};

export const domainControllers: readonly Implementation[] = [sambaFirst, sambaSecond, directoryMit];
