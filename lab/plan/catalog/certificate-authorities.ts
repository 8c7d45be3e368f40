import { pick } from '../draw.js';
import { hostPlan, offerOf } from './host.js';
import { roundsLater, serverRounds } from './server-rounds.js';
import type { HostSeat, Implementation, Offer, SiteDraw } from './types.js';

const ROLE = 'PKIServer';

/** What each service of pki-server.sh offers. */
function offersFor(site: SiteDraw, seat: HostSeat, service: string, acmePort: number): Offer[] {
  const files = (port: number): Offer[] => [
    offerOf(site, seat, 'crl', 80, { extra: { path: pick(site.random, ['/ca.crl', '/ca.crt']) } }),
    offerOf(site, seat, 'crl', port, { tls: true, extra: { path: '/ca.crl' } }),
  ];
  switch (service) {
    case 'ocsp':
      return [offerOf(site, seat, 'ocsp', 2560)];
    case 'cmp':
      return [offerOf(site, seat, 'cmp', 8080)];
    case 'acme':
      return [offerOf(site, seat, 'acme', acmePort, { tls: true }), ...files(acmePort)];
    case 'ldap':
      return [
        offerOf(site, seat, 'certificate-directory', 389, { extra: { base: 'dc=pki' } }),
        offerOf(site, seat, 'certificate-directory', 636, { tls: true, extra: { base: 'dc=pki' } }),
      ];
    default:
      return files(443);
  }
}

interface Draft {
  readonly name: string;
  readonly commands: readonly string[];
  /** Sets of services, of which one is drawn. */
  readonly sets: readonly (readonly string[])[];
  readonly mustSee: readonly string[];
}

function authority({ name, commands, sets, mustSee }: Draft): Implementation {
  return {
    role: ROLE,
    name,
    commands: ['openssl', ...commands],
    later: roundsLater(serverRounds.certificates),
    plan(site, seat) {
      const { random } = site;
      const services = pick(random, sets);
      const acmePort = pick(random, [443, 8443]);
      for (const service of services) site.offers.push(...offersFor(site, seat, service, acmePort));
      return hostPlan(site, seat, {
        role: ROLE,
        implementation: name,
        variant: services.join('+'),
        script: 'pki-server.sh',
        scriptArguments: [
          ...[site.domain, pick(random, ['ec', 'rsa']), String(acmePort), services.join(',')],
        ],
        mustSee: [...mustSee, 'udp/123'],
      });
    },
  };
}

export const certificateAuthorities: readonly Implementation[] = [
  authority({
    name: 'openssl-ocsp-cmp',
    commands: ['nginx', 'apache2'],
    sets: [
      ['nginx', 'ocsp', 'cmp'],
      ['apache', 'ocsp', 'cmp'],
      ['nginx', 'ocsp'],
    ],
    mustSee: ['tcp/2560'],
  }),
  authority({
    name: 'caddy-acme',
    commands: ['caddy'],
    sets: [['acme', 'ocsp'], ['acme']],
    mustSee: ['tcp/80'],
  }),
  authority({
    name: 'directory-crl',
    commands: ['slapd', 'apache2', 'lighttpd'],
    sets: [
      ['apache', 'ldap', 'ocsp'],
      ['lighttpd', 'ldap'],
      ['lighttpd', 'ldap', 'ocsp', 'cmp'],
    ],
    mustSee: ['tcp/80'],
  }),
];
