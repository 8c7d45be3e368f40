import { NetworkmlError, toNetworkmlError } from '../errors.js';
import { capDriver } from './cap-driver.js';
import { dumpcapDriver, tcpdumpDriver } from './child-driver.js';
import type { DriverName, DriverState, LiveDriver, LiveOptions, LiveSource } from './live-source.js';

const drivers: readonly LiveDriver[] = [tcpdumpDriver, dumpcapDriver, capDriver];

/**
 * Opens an interface with one driver, or with the first that works. A driver that is not installed or lacks the rights
 * leaves it to the next; a wrong interface or filter is an error for all.
 * @throws NetworkmlError NML_CAPTURE_DRIVER, NML_CAPTURE_RIGHTS, NML_CAPTURE_INTERFACE, NML_USAGE (filter)
 */
export async function openLive(
  options: LiveOptions,
  driver: DriverName | 'auto' = 'auto',
): Promise<LiveSource> {
  const failures: NetworkmlError[] = [];
  for (const candidate of drivers) {
    if (driver !== 'auto' && candidate.name !== driver) continue;
    try {
      return await candidate.open(options);
    } catch (thrown) {
      const error = toNetworkmlError(thrown);
      failures.push(error);
      if (error.code !== 'NML_CAPTURE_DRIVER' && error.code !== 'NML_CAPTURE_RIGHTS') throw error;
    }
  }
  // Rights are what can be mended soonest.
  const code = failures.some((error) => error.code === 'NML_CAPTURE_RIGHTS')
    ? 'NML_CAPTURE_RIGHTS'
    : 'NML_CAPTURE_DRIVER';
  throw new NetworkmlError(code, failures.map(({ message }) => message).join('; '));
}

/** Which drivers could open an interface, in the order in which they are tried. */
export async function probeDrivers(interfaceName: string): Promise<(DriverState & { name: DriverName })[]> {
  return Promise.all(
    drivers.map(async (driver) => ({ name: driver.name, ...(await driver.probe(interfaceName)) })),
  );
}
