/** Facts of ports, which the host puts in: an entry of each table for each of the 65,536. */
import { allocate } from '../flow/memory';

const PORTS: usize = 65536;

/** 1 where a port names a service: src/features/services.ts. */
export const servicePorts: usize = allocate(PORTS);
/** Bits of administration and directory services: src/features/behaviour/adm-units.ts. */
export const admBits: usize = allocate(PORTS * 2);

export function isServicePort(port: i32): boolean {
  return load<u8>(servicePorts + <usize>port) === 1;
}

export function admBitOf(port: i32): i32 {
  return load<u16>(admBits + ((<usize>port) << 1));
}

/** Service codes that are no ports: see src/features/services.ts. */
const NO_SERVICE = 0;
const DYNAMIC_SERVICE = 65536;
const REGISTERED_SERVICE = 65537;

export function serviceCode(port: i32): i32 {
  if (port === 0) return NO_SERVICE;
  if (isServicePort(port)) return port;
  return port >= 49152 ? DYNAMIC_SERVICE : REGISTERED_SERVICE;
}
