/** Names on the wire (docs/service.md). They are part of the public interface: SemVer covers them. */

import { deviceNameOf } from '../pipeline/index.js';

export const JOBS_STREAM = 'NETWORKML_JOBS';
export const JOBS_SUBJECT = 'networkml.jobs.predict';
/** The durable consumer that all workers share. */
export const JOBS_CONSUMER = 'networkml-workers';
export const RESULTS_STREAM = 'NETWORKML_RESULTS';
export const EVENTS_STREAM = 'NETWORKML_EVENTS';
export const DEAD_STREAM = 'NETWORKML_DEAD';
export const CAPTURES_BUCKET = 'networkml-captures';
export const DEVICES_BUCKET = 'networkml-devices';
export const LEGACY_SUBJECT = 'poseidon.algos.decider';
export const PREDICT_ENDPOINT = 'networkml.predict';
export const MODELS_ENDPOINT = 'networkml.models';
/** Name of the capture in a request to the endpoint, and of the job in a result. */
export const FILE_HEADER = 'Networkml-File';
export const JOB_HEADER = 'Networkml-Job';
export const ATTEMPT_HEADER = 'Networkml-Attempt';
export const WORKER_HEADER = 'Networkml-Worker';

/** Subject of the one result of a job. */
export function resultSubject(jobId: string): string {
  return `networkml.results.${jobId}`;
}

/** Subject of a dead letter. */
export function deadSubject(jobId: string): string {
  return `networkml.dead.${jobId}`;
}

/** Subject of an event. */
export function eventSubject(kind: string, deviceKey: string): string {
  return `networkml.events.${kind}.${deviceKey}`;
}

/** One token of a subject: a job may be called nothing else. */
const JOB_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Whether a text can stand for a job in subjects. */
export function isJobId(text: string): boolean {
  return JOB_ID.test(text);
}

/** Key of a device in the bucket and in subjects: its MAC, else its first address, with dashes between the groups. */
export function deviceKey(device: {
  readonly mac: string | null;
  readonly addresses: readonly string[];
}): string {
  const name = deviceNameOf(device) ?? 'unknown';
  return name.toLowerCase().replaceAll(/[^0-9a-f]/g, '-');
}
