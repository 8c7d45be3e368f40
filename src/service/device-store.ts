/** States of devices in the key-value bucket, written by compare-and-set. */

import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { NetworkmlError } from '../errors.js';
import type { PredictionRecord } from '../types.js';
import { type Seen, seeDevice } from './device-state.js';
import type { DeviceState } from './messages.js';
import { deviceKey } from './subjects.js';

/** Writers of one device are few; more collisions than this in a row mean that something else is wrong. */
const MOST_COLLISIONS = 64;

/**
 * Adds the answer of a job to the state of its device: read, add, write on condition that nobody else wrote, again if
 * somebody did. A job that is in the state already changes nothing.
 */
export async function recordSighting(devices: KV, jobId: string, record: PredictionRecord): Promise<Seen> {
  const key = deviceKey(record.device);
  for (let collisions = 0; collisions < MOST_COLLISIONS; collisions += 1) {
    const entry = await devices.get(key);
    const old = entry === null || entry.operation !== 'PUT' ? undefined : stateOf(entry.value);
    const seen = seeDevice(old, jobId, record);
    if (!seen.changed) return seen;
    try {
      await devices.put(key, JSON.stringify(seen.state), { previousSeq: entry?.revision ?? 0 });
      return seen;
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
      await sleep(collisions);
    }
  }
  throw new NetworkmlError(
    'NML_INTERNAL',
    `the state of ${key} could not be written: others always were faster`,
  );
}

/** Whether a conditional write failed because somebody else had written. */
export function isWrongSequence(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}

/** A state that cannot be read is begun anew: it is a memory, not a result. */
function stateOf(bytes: Uint8Array): DeviceState | undefined {
  try {
    const state = JSON.parse(new TextDecoder().decode(bytes)) as DeviceState;
    return state.schema === 'networkml/device/v1' && Array.isArray(state.sightings) ? state : undefined;
  } catch {
    return undefined;
  }
}
