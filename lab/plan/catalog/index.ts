/** All ways of standing for a role. Add a line; keep the others'. */
import { adminServers } from './admin-servers.js';
import { certificateAuthorities } from './certificate-authorities.js';
import { domainControllers } from './domain-controllers.js';
import { fileServers } from './file-servers.js';
import { gitServers } from './git-servers.js';
import { mailServers } from './mail-servers.js';
import { printers } from './printers.js';
import { services } from './services.js';
import type { Implementation } from './types.js';
import { wikis } from './wikis.js';
import { workstations } from './workstations.js';

export type { HostSeat, Implementation, Offer, SiteDraw } from './types.js';

export const catalogue: readonly Implementation[] = [
  ...domainControllers,
  ...certificateAuthorities,
  ...fileServers,
  ...mailServers,
  ...printers,
  ...gitServers,
  ...wikis,
  ...adminServers,
  services,
  ...workstations,
];

/** In the order of planning: whoever is asked by others comes first. */
export const serverRoles = [
  'ActiveDirectoryController',
  'PKIServer',
  'DistrFileShare',
  'ExchangeServer',
  'GithubRepo',
  'ConfluenceServer',
  'Printer',
  'AdminServer',
] as const;

export const workstationRoles = [
  'BusinessWorkstation',
  'DevWorkstation',
  'AdminWorkstation',
  'GPULaptop',
] as const;
