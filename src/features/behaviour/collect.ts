/** All units of behaviour of one device, collected in one pass over its sessions. */
import {
  type ArpLog,
  bytesOf,
  type Device,
  type DeviceCore,
  type NameLog,
  type SessionTable,
  wordsOf,
} from '../../sessions/index.js';
import { isService } from '../services.js';
import { type SessUnits, sessUnitsOf } from '../sess-view.js';
import { type AdmUnits, admBitOfPort, admUnitsOf } from './adm-units.js';
import { arpWindows } from './arp-windows.js';
import { type ContactUnits, contactUnitsOf } from './contact-units.js';
import { type CodeUnits, codeUnits, type NameUnits, nameUnits } from './name-units.js';
import { countNetActivity, type NetActivity } from './net-activity.js';
import type { NetUnits } from './net-units.js';

/** Units of one capture, for every view of behaviour. */
export interface BehaviourUnits {
  readonly sess: SessUnits;
  readonly net: NetUnits;
  readonly adm: AdmUnits;
  readonly contacts: ContactUnits;
  /** Only where names and process codes were read. */
  readonly codes?: CodeUnits;
  readonly names?: NameUnits;
  /** Mean of the sessions' vectors in layout `port-protocol-4104/1`; only where it was asked for. */
  readonly ports?: SparseVector;
}

/** A vector by its non-zero columns, ascending. */
export interface SparseVector {
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

/** The units, and what tells which peers and ports are behind them. */
export interface CollectedBehaviour {
  readonly units: BehaviourUnits;
  readonly activity: NetActivity;
}

/** The units of a device's sessions, and what is behind them. */
export function collectBehaviour(
  table: SessionTable,
  arp: ArpLog,
  device: Device,
  names?: NameLog,
): CollectedBehaviour {
  const { core } = table;
  collectSessions(core, device);
  const { run } = core;
  const bins = wordsOf(core, run.sliceBins, run.sliceCount.value).slice();
  const activity = countNetActivity(core, table.rows, arpWindows(arp, table, device));
  const logged = { table, sides: activity.facts.sides, bins };
  const units = {
    sess: sessUnitsOf(core),
    net: activity.units,
    adm: admUnitsOf(core, bins),
    contacts: contactUnitsOf(core, bins),
    ...(names && { codes: codeUnits(names, logged), names: nameUnits(names, logged) }),
  };
  return { units, activity };
}

function collectSessions(core: DeviceCore, { mac, addresses4, addresses6 }: Device): void {
  const { run } = core;
  bytesOf(core, run.servicePorts, isService.length).set(isService);
  new Uint16Array(bytesOf(core, run.admBits, 0).buffer, run.admBits.value, admBitOfPort.length).set(
    admBitOfPort,
  );
  run.beginDevice(mac);
  for (const address of addresses4) run.addOwnAddress(false, address);
  for (const address of addresses6) run.addOwnAddress(true, address);
  run.collect();
}
