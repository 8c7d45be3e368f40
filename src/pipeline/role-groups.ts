/** Groups of roles: what an Unknown device can still be said to resemble (roles of one kind share a group). */
const groups: Readonly<Record<string, readonly string[]>> = {
  'consumer IoT': [
    'IpCamera',
    'KitchenAppliance',
    'SafetySensor',
    'Scale',
    'SmartHomeHub',
    'SmartLock',
    'SmartPlug',
    'SmartSpeaker',
  ],
  'industrial control': ['BuildingController', 'Hmi', 'Plc', 'Rtu'],
  servers: [
    'ActiveDirectoryController',
    'AdminServer',
    'ConfluenceServer',
    'DatabaseServer',
    'DistrFileShare',
    'ExchangeServer',
    'GithubRepo',
    'MailServer',
    'PKIServer',
  ],
  workstations: ['AdminWorkstation', 'BusinessWorkstation', 'DevWorkstation', 'GPULaptop', 'Workstation'],
  'network equipment': ['Router'],
  'office equipment': ['Printer'],
};

const byRole = new Map(
  Object.entries(groups).flatMap(([group, roles]) => roles.map((role) => [role, group])),
);

/** The group of a role; undefined for roles that are not in the table. */
export function roleGroup(role: string): string | undefined {
  return byRole.get(role);
}
