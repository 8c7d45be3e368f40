import { pick } from '../draw.js';
import { hostPlan, offerOf, offersOf } from './host.js';
import { roundsLater, serverRounds } from './server-rounds.js';
import type { HostSeat, Implementation, Offer, SiteDraw } from './types.js';

const ROLE = 'DistrFileShare';
const STORAGE = ['00:11:32', '24:5e:be', '00:25:90', '00:50:56'];

type Service = 'smb' | 'smb-domain' | 'nfs' | 'rsync' | 'ftp' | 'dav';

/** What each service of file-server.sh offers to clients. */
function offersFor(site: SiteDraw, seat: HostSeat, service: Service): Offer[] {
  switch (service) {
    case 'smb':
      return [offerOf(site, seat, 'smb', 445, { extra: { share: 'office' } })];
    case 'smb-domain':
      return [
        offerOf(site, seat, 'smb', 445, {
          host: `${seat.name}.${site.adDomain}`,
          extra: { share: 'office', domain: site.workgroup },
        }),
      ];
    case 'nfs':
      return [offerOf(site, seat, 'nfs', 2049, { extra: { path: '/nfs' } })];
    case 'rsync':
      return [offerOf(site, seat, 'rsync', 873, { extra: { module: 'backup' } })];
    case 'ftp':
      return [offerOf(site, seat, 'ftp', 21)];
    case 'dav':
      return [offerOf(site, seat, 'webdav', 443, { tls: true, extra: { path: '/files/' } })];
  }
}

interface Draft {
  readonly name: string;
  readonly commands: readonly string[];
  /** Sets of services, of which one is drawn. */
  readonly sets: readonly (readonly Service[])[];
  readonly mustSee: readonly string[];
  readonly fits?: (site: SiteDraw) => boolean;
  readonly weight?: number;
}

function fileServer({ name, commands, sets, mustSee, fits, weight = 1 }: Draft): Implementation {
  return {
    role: ROLE,
    name,
    prefixes: STORAGE,
    commands,
    weight,
    later: roundsLater(serverRounds.files),
    ...(fits === undefined ? {} : { fits }),
    plan(site, seat) {
      const services = pick(site.random, sets);
      for (const service of services) site.offers.push(...offersFor(site, seat, service));
      const controller = offersOf(site, 'dns-ad')[0]?.address ?? '-';
      return hostPlan(site, seat, {
        role: ROLE,
        implementation: name,
        variant: services.join('+'),
        script: 'file-server.sh',
        scriptArguments: [
          ...[seat.address, site.adDomain, site.workgroup, controller, site.users.join(',')],
          ...[pick(site.random, ['ec', 'rsa']), services.join(',')],
        ],
        mustSee: [...mustSee, 'udp/123'],
        readySeconds: 60,
      });
    },
  };
}

export const fileServers: readonly Implementation[] = [
  fileServer({
    name: 'samba-alone',
    commands: ['smbd', 'nmbd'],
    sets: [['smb'], ['smb', 'rsync']],
    mustSee: ['tcp/445'],
  }),
  fileServer({
    name: 'samba-member',
    commands: ['smbd', 'nmbd', 'winbindd', 'net'],
    sets: [['smb-domain'], ['smb-domain', 'nfs'], ['smb-domain', 'rsync']],
    mustSee: ['tcp/445'],
    fits: (site) => offersOf(site, 'dns-ad').length > 0,
    weight: 2,
  }),
  fileServer({
    name: 'ganesha-rsync',
    commands: ['ganesha.nfsd', 'rpcbind', 'rsync'],
    sets: [['nfs', 'rsync'], ['nfs']],
    mustSee: ['tcp/2049'],
  }),
  fileServer({
    name: 'ftp-dav',
    commands: ['vsftpd', 'apache2'],
    sets: [['ftp'], ['ftp', 'dav'], ['ftp', 'rsync']],
    mustSee: ['tcp/21'],
  }),
];
