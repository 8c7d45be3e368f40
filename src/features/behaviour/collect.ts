/** All units of behaviour of one device, collected in one pass over its sessions. */
import type { ArpLog, Device, DeviceSession, NameLog, SessionTable } from '../../sessions/index.js';
import { forEachDeviceSession } from '../../sessions/index.js';
import { SessSampler } from '../sess-sample.js';
import { appendSessUnit, createSessUnits, type SessUnits } from '../sess-view.js';
import { AdmCollector, type AdmUnits } from './adm-units.js';
import { arpWindows } from './arp-windows.js';
import { ContactCollector, type ContactUnits } from './contact-units.js';
import { type CodeUnits, codeUnits, type NameUnits, nameUnits } from './name-units.js';
import { countNetActivity, type NetActivity } from './net-activity.js';
import type { NetUnits } from './net-units.js';
import { SessionFacts } from './session-facts.js';

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

/** Meets every session part of a device, then makes the units. */
export class BehaviourCollector {
  private readonly sampler: SessSampler;
  private readonly adm = new AdmCollector();
  private readonly contacts = new ContactCollector();
  private readonly facts: SessionFacts;

  constructor(
    private readonly table: SessionTable,
    private readonly arp: ArpLog,
    private readonly device: Device,
    private readonly names?: NameLog,
  ) {
    this.sampler = new SessSampler(table.rows);
    this.facts = new SessionFacts(table.rows);
  }

  add(part: DeviceSession): void {
    this.sampler.add(part);
    this.adm.add(part);
    this.contacts.add(part);
    this.facts.add(part);
  }

  finish(): CollectedBehaviour {
    const { table, device, sampler } = this;
    const chosen = sampler.choose();
    const sess = createSessUnits(chosen.length);
    forEachDeviceSession(table, device, (part) => appendSessUnit(sess, part), chosen);
    sess.met = sampler.met;
    const activity = countNetActivity(table, this.facts, arpWindows(this.arp, table, device));
    const contacts = this.contacts.finish();
    const logged = { table, sides: this.facts.sides, bins: contacts.bin };
    const units = {
      sess,
      net: activity.units,
      adm: this.adm.finish(),
      contacts,
      ...(this.names && { codes: codeUnits(this.names, logged), names: nameUnits(this.names, logged) }),
    };
    return { units, activity };
  }
}
