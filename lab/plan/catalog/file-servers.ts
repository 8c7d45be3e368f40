import { hostPlan, offerOf } from './host.js';
import type { Implementation } from './types.js';

const STORAGE = ['00:11:32', '24:5e:be'];

/** Samba without a domain. */
const sambaAlone: Implementation = {
  role: 'DistrFileShare',
  name: 'samba-alone',
  prefixes: STORAGE,
  commands: ['smbd', 'nmbd'],
  plan(site, seat) {
    site.offers.push(offerOf(site, seat, 'smb', 445, { extra: { share: 'office' } }));
    return hostPlan(site, seat, {
      role: 'DistrFileShare',
      implementation: 'samba-alone',
      script: 'file-server.sh',
      scriptArguments: ['smb'],
      mustSee: ['tcp/445', 'udp/123'],
    });
  },
};

/** NFS-Ganesha (versions 3 and 4) and an rsync daemon. */
const ganeshaRsync: Implementation = {
  role: 'DistrFileShare',
  name: 'ganesha-rsync',
  prefixes: STORAGE,
  commands: ['ganesha.nfsd', 'rpcbind', 'rsync'],
  plan(site, seat) {
    site.offers.push(
      offerOf(site, seat, 'nfs', 2049, { extra: { path: '/nfs' } }),
      offerOf(site, seat, 'rsync', 873, { extra: { module: 'backup' } }),
    );
    return hostPlan(site, seat, {
      role: 'DistrFileShare',
      implementation: 'ganesha-rsync',
      script: 'file-server.sh',
      scriptArguments: ['nfs', 'rsync'],
      mustSee: ['tcp/2049', 'tcp/873', 'udp/123'],
    });
  },
};

export const fileServers: readonly Implementation[] = [sambaAlone, ganeshaRsync];
