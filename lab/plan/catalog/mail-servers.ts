import { pick } from '../draw.js';
import { hostPlan, offerOf, offersOf } from './host.js';
import { roundsLater, serverRounds } from './server-rounds.js';
import type { HostSeat, Implementation, SiteDraw } from './types.js';

const ROLE = 'ExchangeServer';

/** Every way in that mail programs know. Messages are for `NAME@DOMAIN` of the host itself or of the office. */
function offerMail(site: SiteDraw, seat: HostSeat): void {
  const offer = (kind: string, port: number, tls: boolean): void => {
    const extra = { domain: site.domain };
    site.offers.push(offerOf(site, seat, kind, port, { tls, extra }));
  };
  offer('smtp', 25, false);
  offer('submission', 587, false);
  offer('smtps', 465, true);
  offer('imap', 143, false);
  offer('imaps', 993, true);
  offer('pop3', 110, false);
  offer('pop3s', 995, true);
  offer('owa', 443, true);
}

function mailServer(name: string, mta: string, commands: readonly string[], layer?: string): Implementation {
  return {
    role: ROLE,
    name,
    commands: [...commands, 'dovecot', 'nginx', 'apache2', 'lighttpd', 'openssl'],
    ...(layer === undefined ? {} : { layer }),
    later: roundsLater(serverRounds.mail),
    plan(site, seat) {
      const { random } = site;
      const controllers = offersOf(site, 'dns-ad');
      const web = pick(random, ['nginx', 'nginx', 'apache', 'lighttpd']);
      const asks = controllers.length > 0 && random.uniform() < 0.5;
      const directory = asks ? `${site.adDomain}@${pick(random, controllers).host}` : 'own';
      offerMail(site, seat);
      return hostPlan(site, seat, {
        role: ROLE,
        implementation: name,
        variant: `${web}${asks ? '+directory' : ''}`,
        script: 'mail-server.sh',
        scriptArguments: [
          ...[site.domain, mta, web, directory],
          ...[pick(random, ['ec', 'rsa']), site.users.join(',')],
        ],
        ...(layer === undefined ? {} : { layer }),
        mustSee: ['tcp/25', 'udp/123', ...(asks ? ['tcp/636'] : [])],
        readySeconds: 60,
      });
    },
  };
}

export const mailServers: readonly Implementation[] = [
  mailServer('postfix-dovecot', 'postfix', ['postfix', 'postconf']),
  mailServer('exim-dovecot', 'exim', ['exim4'], 'exim'),
];
