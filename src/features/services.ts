/**
 * Ports that stand for a service although they lie above 1023: industrial protocols, remote administration, databases,
 * name and group services, message queues and a few that malware is known for.
 */
const servicePorts: readonly number[] = [
  102, 502, 1433, 1521, 1723, 1863, 1883, 1900, 1911, 2049, 2222, 2323, 2404, 3268, 3269, 3306, 3389, 3702,
  4911, 5060, 5222, 5228, 5353, 5355, 5432, 5900, 5985, 5986, 6379, 6667, 6881, 8000, 8080, 8443, 8883, 8888,
  9100, 9999, 10001, 20000, 34964, 44818, 47808, 48898, 48899, 49154,
];

/** 1 for every port that names a service. */
export const isService = new Uint8Array(65536);
isService.fill(1, 0, 1024);
for (const port of servicePorts) isService[port] = 1;

/** Service code of a session without ports. */
export const noService = 0;
/** Service code of any port from 49152 on that is not listed: the dynamic range (RFC 6335, section 6). */
export const dynamicService = 65536;
/** Service code of any other port that is not listed. */
export const registeredService = 65537;

/** Whether a port names a service: below 1024, or listed. */
export function isServicePort(port: number): boolean {
  return isService[port] === 1;
}

/**
 * Service code of the server's port: the port itself where it names a service, otherwise its range.
 * @param port 1 to 65535; 0 gives `noService`
 */
export function serviceCode(port: number): number {
  if (isService[port] === 1) return port;
  return port >= 49152 ? dynamicService : registeredService;
}

/** A service code as a person reads it: `443`, `dynamic port`, `registered port`, or empty without ports. */
export function serviceName(code: number): string {
  if (code === noService) return '';
  if (code === dynamicService) return 'dynamic port';
  return code === registeredService ? 'registered port' : String(code);
}
