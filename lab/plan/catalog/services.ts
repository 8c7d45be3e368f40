import { hostPlan, offerOf } from './host.js';
import type { Implementation } from './types.js';

const PACKAGES = 'shelf,orders,meter,paperwork,quarter,ledger';

/** What developers and machines fetch from: images, packages, notebooks, and a database that programs share. */
export const services: Implementation = {
  role: null,
  name: 'services',
  commands: ['docker-registry', 'nginx', 'apt-cacher-ng', 'jupyter-notebook', 'psql'],
  plan(site, seat) {
    site.offers.push(
      offerOf(site, seat, 'registry', 5000, { tls: true }),
      offerOf(site, seat, 'packages', 8081, { extra: { path: '/simple', names: PACKAGES } }),
      offerOf(site, seat, 'apt', 3142, { extra: { path: '/debian/Packages.gz' } }),
      offerOf(site, seat, 'jupyter', 8888, { extra: { token: 'lab' } }),
      offerOf(site, seat, 'postgres', 5432, { extra: { user: 'office', database: 'office' } }),
    );
    return hostPlan(site, seat, {
      role: null,
      implementation: 'services',
      script: 'services.sh',
      scriptArguments: ['registry', 'packages', 'apt', 'jupyter', 'postgres'],
      mustSee: [],
      readySeconds: 60,
    });
  },
};
