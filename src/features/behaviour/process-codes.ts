/** What codes of process protocols do, and their names. */
import { codedProtocols, IS_REFUSAL } from '../../sessions/index.js';

type Protocol = (typeof codedProtocols)[number];
type Codes = Partial<Record<Protocol, readonly number[]>>;

const writes: Codes = {
  // Coils, registers, file records, masks, read and write.
  modbus: [5, 6, 15, 16, 21, 22, 23],
  // A job that writes variables.
  s7: [0x0105],
  // Set attributes, write tag, read-modify-write, write fragmented.
  cip: [0x02, 0x10, 0x4d, 0x4e, 0x53],
  // Write, select, operate, direct operate.
  dnp3: [2, 3, 4, 5, 6],
  // Commands to points.
  iec104: [45, 46, 47, 48, 49, 50, 51, 58, 59, 60, 61, 62, 63, 64],
  // WriteProperty, WritePropertyMultiple.
  bacnet: [0x000f, 0x0010],
};

const controls: Codes = {
  // Diagnostics, encapsulated transport, programming.
  modbus: [8, 43, 90],
  // Downloads, uploads, start and stop of programs.
  s7: [0x011a, 0x011b, 0x011c, 0x011d, 0x011e, 0x011f, 0x0128, 0x0129],
  // Reset, start, stop, create, delete, execution of PCCC.
  cip: [0x05, 0x06, 0x07, 0x08, 0x09, 0x4b],
  // Restarts, applications, configuration, unsolicited messages, time.
  dnp3: [13, 14, 15, 16, 17, 18, 19, 20, 21, 24],
  // Reset of the process.
  iec104: [105],
  // DeviceCommunicationControl, ReinitializeDevice.
  bacnet: [0x0011, 0x0014],
};

const names: Readonly<Record<Protocol, string>> = {
  modbus: 'Modbus',
  s7: 'S7',
  enip: 'EtherNet/IP',
  cip: 'CIP',
  dnp3: 'DNP3',
  iec104: 'IEC 104',
  bacnet: 'BACnet',
  rpc: 'remote procedure call',
};

function protocolOf(code: number): Protocol | undefined {
  return codedProtocols[code >>> 24];
}

function isOneOf(codes: Codes, code: number): boolean {
  const protocol = protocolOf(code);
  return protocol !== undefined && (codes[protocol]?.includes(code & 0xffff) ?? false);
}

/** The message was refused. */
function isRefusal(code: number): boolean {
  return (code & IS_REFUSAL) !== 0;
}

/** The message asks for values of the process to be changed. */
export function isWriting(code: number): boolean {
  return !isRefusal(code) && isOneOf(writes, code);
}

/** The message asks for more than values: programs, restarts, configuration. */
export function isControlling(code: number): boolean {
  return !isRefusal(code) && isOneOf(controls, code);
}

/** A code in words: `Modbus function 90`, `DNP3 function 18, refused`. */
export function codeWords(code: number): string {
  const protocol = protocolOf(code);
  if (protocol === undefined) return 'another message';
  const refused = isRefusal(code) ? ', refused' : '';
  if (protocol === 'rpc') return `${names.rpc}${refused}`;
  const value = code & 0xffff;
  return `${names[protocol]} code ${value > 0xff ? `0x${value.toString(16)}` : value}${refused}`;
}
