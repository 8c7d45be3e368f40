/**
 * Messages of the service. The JSON Schemas and the AsyncAPI document in `schemas/` are generated from this file. Times
 * are RFC 3339 in UTC.
 */

import type { ErrorRecord, PredictionRecord, RankedRole, VerdictName } from '../types.js';

/** Where the capture of a job lies: an object in the bucket, or a file below a root folder of the service. */
export type CaptureReference = { object: string } | { path: string };

/** A request for one prediction, on `networkml.jobs.predict`. */
export interface JobMessage {
  /**
   * One word of letters, digits, `_` and `-`; what carries the same id is the same job. Without it, SHA-256 over
   * capture, bundle and options.
   * @pattern ^[A-Za-z0-9_-]{1,128}$
   */
  id?: string;
  capture: CaptureReference;
  /** Original name of the capture: it stands in the record, and tells the device where it follows a convention. */
  file?: string;
  /** MAC or IP address of the device. */
  device?: string;
  /**
   * Among the jobs that a worker holds, higher ones are computed first; 0 without it.
   * @minimum 0
   * @maximum 9
   */
  priority?: number;
}

/** The one outcome of a job, on `networkml.results.<jobId>`. */
export type ResultMessage = PredictionRecord | ErrorRecord;

/** A job that failed its last attempt, on `networkml.dead.<jobId>`. */
export interface DeadLetter {
  schema: 'networkml/dead-letter/v1';
  jobId: string;
  error: { code: string; message: string; hint: string };
  /** Deliveries of the job so far. */
  attempts: number;
  /** The job as it came, if it was JSON; else null. */
  job: unknown;
}

export type EventKind = 'new-device' | 'role-changed' | 'anomalous' | 'unknown';

/** Something about a device that one may want to act on, on `networkml.events.<kind>.<device>`. */
export interface DeviceEvent {
  schema: 'networkml/event/v1';
  kind: EventKind;
  /** Key of the device in the bucket `networkml-devices`. */
  device: string;
  mac: string | null;
  addresses: string[];
  jobId: string;
  /** Last packet of the capture that led to it. */
  at: string | null;
  /** Role by the average over all captures, and before this one. */
  role: string;
  previousRole: string | null;
  confidence: number;
  verdict: VerdictName;
}

/** What one capture said about a device. */
export interface DeviceSighting {
  jobId: string;
  firstPacket: string | null;
  lastPacket: string | null;
  /** Answer for this capture alone. */
  label: string;
  top: RankedRole[];
  verdict: VerdictName;
  score: number | null;
  events: EventKind[];
}

/** Running averages of a device: of the confidence of each role, and of how often it was Unknown. */
export interface RoleAverage {
  /** Last packet of the last capture in it. */
  at: string | null;
  roles: Record<string, number>;
  unknown: number;
}

/** Last known state of a device, in the bucket `networkml-devices`. */
export interface DeviceState {
  schema: 'networkml/device/v1';
  device: string;
  mac: string | null;
  addresses: string[];
  vendor: string | null;
  firstSeen: string | null;
  lastSeen: string | null;
  captures: number;
  role: { label: string; confidence: number; top: RankedRole[] };
  verdict: VerdictName;
  score: number | null;
  /** Newest last; older ones are in `base` only. */
  sightings: DeviceSighting[];
  /** Average over the captures that are older than all sightings. */
  base: RoleAverage | null;
}

/** What the endpoint `networkml.models` answers: the bundle that predicts. */
export interface ModelsReply {
  schema: 'networkml/models/v1';
  name: string;
  version: string;
  sha256: string;
  classifier: string;
  roles: { id: string; title: string }[];
}
