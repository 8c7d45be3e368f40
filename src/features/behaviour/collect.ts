/** All units of behaviour of one device, collected in one pass over its sessions. */
import type { ArpLog, Device, DeviceSession, SessionTable } from '../../sessions/index.js';
import { forEachDeviceSession } from '../../sessions/index.js';
import { SessSampler } from '../sess-sample.js';
import { appendSessUnit, createSessUnits, type SessUnits } from '../sess-view.js';
import { AdmCollector, type AdmUnits } from './adm-units.js';
import { arpWindows } from './arp-windows.js';
import { countNetActivity, type NetActivity } from './net-activity.js';
import type { NetUnits } from './net-units.js';
import { SessionFacts } from './session-facts.js';

/** Units of one capture, for every view of behaviour. */
export interface BehaviourUnits {
  readonly sess: SessUnits;
  readonly net: NetUnits;
  readonly adm: AdmUnits;
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
  private readonly facts: SessionFacts;

  constructor(
    private readonly table: SessionTable,
    private readonly arp: ArpLog,
    private readonly device: Device,
  ) {
    this.sampler = new SessSampler(table.rows);
    this.facts = new SessionFacts(table.rows);
  }

  add(part: DeviceSession): void {
    this.sampler.add(part);
    this.adm.add(part);
    this.facts.add(part);
  }

  finish(): CollectedBehaviour {
    const { table, device, sampler } = this;
    const chosen = sampler.choose();
    const sess = createSessUnits(chosen.length);
    forEachDeviceSession(table, device, (part) => appendSessUnit(sess, part), chosen);
    sess.met = sampler.met;
    const activity = countNetActivity(table, this.facts, arpWindows(this.arp, table, device));
    return { units: { sess, net: activity.units, adm: this.adm.finish() }, activity };
  }
}
