import { judgeCapture, nameViewIds, viewsOf, withNames } from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import type { CaptureProgress, CaptureSource, SkippedHandler } from '../pcap/index.js';
import { unknownRole } from '../roles/index.js';
import { describeDevice, deviceHint } from '../sessions/index.js';
import type {
  AlternativeRecord,
  AnomalyRecord,
  DeviceRecord,
  PredictionRecord,
  RankedRole,
  RoleRecord,
} from '../types.js';
import { anomalyRecord } from './behaviour-record.js';
import { meanOfSessions, portViewId } from './behaviour-views.js';
import { tokensOf } from './device-tokens.js';
import { type JudgedRole, judgeRole } from './judge-role.js';
import type { LoadedClassifier } from './load-classifier.js';
import type { LoadedBundle } from './loaded-bundle.js';
import {
  asRival,
  type DeviceView,
  type Observation,
  type ObservedHosts,
  observeHosts,
  withBehaviour,
} from './observe.js';
import { captureRecord } from './records.js';
import { vendorOf } from './vendor.js';
import { warningsFor } from './warnings.js';

export type Progress = CaptureProgress;

export interface PredictOptions {
  /** MAC or IP address of the device. */
  readonly device?: string;
  /** The device's role, where it is known: its behaviour is judged by this one alone. */
  readonly role?: string;
  /** A classifier of the bundle; its default otherwise. */
  readonly classifier?: string;
  /** Share of normal captures that may be called anomalous: 0.05 or 0.01. */
  readonly alarmRate?: 0.01 | 0.05;
  /** Whether names and process codes are read and have a say in behaviour; the bundle must have views of them. */
  readonly names?: boolean;
  /** Whether the record says what the device says of itself (see `HintRecord`), and the role rests on it, too. */
  readonly hints?: boolean;
  /** Behaviour is judged by this view of the bundle alone. */
  readonly view?: string;
  /** SHA-256 of captures above 256 MiB, too. */
  readonly digest?: boolean;
  /** Name of the capture in the record; the path by default. */
  readonly name?: string;
  /** Only packets that this filter (docs/packets.md) takes. */
  readonly filter?: string;
  /** False leaves tunnels closed. */
  readonly tunnels?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Called for each packet that cannot be used, with the reason. */
  readonly onSkipped?: SkippedHandler;
}

/**
 * Role and behaviour of the device in one capture.
 * @param source a path, `-` for standard input, the bytes, or a stream of them
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_NO_SESSIONS, NML_DEVICE_ABSENT, NML_MODEL_ROLE;
 *   NML_MODEL_LAYOUT when the bundle lacks the views that are asked for
 */
export async function predictCapture(
  source: CaptureSource,
  bundle: LoadedBundle,
  options: PredictOptions = {},
): Promise<PredictionRecord> {
  const { device, filter, tunnels, onProgress, onSkipped, role, classifier } = options;
  if (role !== undefined && !bundle.roles.includes(role)) {
    throw new NetworkmlError(
      'NML_MODEL_ROLE',
      `no role ${role} in this bundle, it has: ${bundle.roles.join(', ')}`,
    );
  }
  const judge = bundle.classifier(classifier);
  const hosts = await observeHosts(source === '-' ? process.stdin : source, {
    name: options.name ?? (typeof source === 'string' ? source : '-'),
    ...(device === undefined ? {} : { device: deviceHint(device) }),
    ...(options.digest === true ? { digest: 'always' } : {}),
    ...(filter === undefined ? {} : { filter }),
    ...(tunnels === undefined ? {} : { tunnels }),
    ...(readsNames(options) ? { names: true } : {}),
    ...(options.hints === true ? { hints: true } : {}),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(onSkipped === undefined ? {} : { onSkipped }),
  });
  const { hosts: chosen, answer, alternative } = byEvidence(hosts, bundle, judge);
  const seen = withBehaviour(chosen);
  const anomaly = judgeBehaviour(seen, bundle, answer, options);
  const { manifest, sha256 } = bundle.bundle;
  return {
    schema: 'networkml/prediction/v1',
    capture: await captureRecord(seen),
    device: deviceRecord(seen, seen),
    sessions: seen.counts,
    role: answer.role,
    anomaly: anomaly.record,
    model: {
      name: manifest.name,
      version: manifest.version,
      sha256,
      classifier: answer.byHints ? 'ensemble+hints' : judge.model.kind,
    },
    ...(alternative && { alternatives: [alternative] }),
    ...(seen.hints && { hints: seen.hints.of(describeDevice(seen.table, seen.device)) }),
    warnings: warningsFor(seen, bundle, answer.role, anomaly),
  };
}

/**
 * Told before anything is read rather than with every capture.
 * @throws NetworkmlError NML_MODEL_LAYOUT when the bundle judges behaviour, but by no names and process codes
 */
export function checkReadsNames({ behaviour }: LoadedBundle): void {
  if (behaviour !== null) viewsOf(behaviour, withNames);
}

function readsNames({ names, view }: PredictOptions): boolean {
  return names === true || nameViewIds.includes(view ?? '');
}

/** How much more probable the rival's role must be for the rival to be the device (docs/device-choice.md). */
const RIVAL_MARGIN = 0.1;

interface Chosen {
  readonly hosts: ObservedHosts;
  readonly answer: JudgedRole;
  /** The other host, where two are equally likely to be the device. */
  readonly alternative?: AlternativeRecord;
}

/** The device in doubt: of two hosts that the sessions cannot tell apart, the one whose role is clearer. */
function byEvidence(hosts: ObservedHosts, bundle: LoadedBundle, judge: LoadedClassifier): Chosen {
  const { rival } = hosts;
  const saidBy = ({ device }: DeviceView) => tokensOf(hosts, device);
  const answer = judgeRole(hosts, bundle, judge, saidBy(hosts));
  if (rival === undefined) return { hosts, answer };
  const other = judgeRole(rival, bundle, judge, saidBy(rival));
  const beside = (view: DeviceView, { role }: JudgedRole): AlternativeRecord => ({
    device: deviceRecord(hosts, view),
    sessions: view.counts,
    role,
  });
  return other.score - answer.score < RIVAL_MARGIN
    ? { hosts, answer, alternative: beside(rival, other) }
    : { hosts: asRival(hosts, rival), answer: other, alternative: beside(hosts, answer) };
}

function deviceRecord({ table }: ObservedHosts, { device }: DeviceView): DeviceRecord {
  const described = describeDevice(table, device);
  return { ...described, vendor: vendorOf(described.mac), chosenBy: device.chosenBy };
}

interface JudgedBehaviour {
  readonly record: AnomalyRecord;
  readonly scored: number;
  readonly units: number;
}

function judgeBehaviour(
  seen: Observation,
  bundle: LoadedBundle,
  answer: { readonly role: RoleRecord; readonly ranking: readonly RankedRole[] },
  options: PredictOptions,
): JudgedBehaviour {
  if (bundle.behaviour === null) {
    const reason = 'the bundle judges no behaviour';
    const record = {
      role: null,
      verdict: 'not-evaluated',
      score: null,
      threshold: null,
      reason,
      sessions: [],
    } as const;
    return { record: { ...record, sessions: [] }, scored: 0, units: 0 };
  }
  const { units } = seen.behaviour;
  const seenUnits = options.view === portViewId ? { ...units, ports: meanOfSessions(seen.vectors) } : units;
  const way = options.view ?? (options.names === true ? withNames : undefined);
  const verdict = judgeCapture(bundle.behaviour, seenUnits, {
    ...(way === undefined ? {} : { way }),
    ...(options.role === undefined ? { ranking: answer.ranking } : { role: options.role }),
    ...(options.alarmRate === undefined ? {} : { falseAlarmRate: options.alarmRate }),
  });
  // An attack can make a role Unknown, so that the verdict stands; but so can a device of a role never learnt.
  const unknown = options.role === undefined && answer.role.label === unknownRole;
  const reason =
    verdict.reason ?? (unknown ? 'the role is Unknown: compared with the roles it is most like' : null);
  return { record: anomalyRecord(seen, verdict, reason), scored: verdict.scored, units: verdict.units };
}
