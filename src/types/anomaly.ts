/** What is said of a capture's behaviour. */

/** `not-evaluated` where what is normal for the role is not known well enough. */
export type VerdictName = 'normal' | 'anomalous' | 'not-evaluated';

export interface NamedSession {
  /** `address:port`, IPv6 in brackets; without port for protocols that have none. */
  initiator: string;
  responder: string;
  protocol: string;
  start: string;
  /** 0 to 1; near 1: no reference session is like it. */
  outlierProbability: number;
  why: string[];
}

/** A peer or port behind what stands out. */
export interface NamedPeer {
  /** Which number it is behind, or who opened the sessions. */
  trait: string;
  address: string | null;
  /** `tcp/445`; several between spaces; null where the number counts hosts alone. */
  port: string | null;
  count: number;
}

/** A minute (view `net`) or 15 minutes (other views but `sess`) that stand out. */
export interface NamedWindow {
  view: string;
  start: string;
  seconds: number;
  /** 0 to 1; near 1: no reference unit is like it. */
  outlierProbability: number;
  why: string[];
  peers: NamedPeer[];
  /** The normal capture that is most like it. */
  nearest: string | null;
}

/** 15 minutes of a capture. */
export interface BehaviourSlice {
  start: string;
  /** -log10 of the tail probability of the strangest view; higher is stranger. */
  score: number;
  /** That view. */
  view: string;
}

export interface AnomalyRecord {
  /** The role it was judged by; the weightiest one where several were. */
  role: string | null;
  verdict: VerdictName;
  /** -log10 of the calibrated tail; higher is stranger. */
  score: number | null;
  threshold: number | null;
  reason: string | null;
  /** The strangest sessions, where the view of sessions gave the verdict. */
  sessions: NamedSession[];
  /** The view that gave the verdict: `net`, `adm` or `sess`. */
  view?: string;
  /** The strangest minutes or slices, where `net` or `adm` gave the verdict. */
  windows?: NamedWindow[];
  /** The capture by slices of 15 minutes, at most the 96 strangest. */
  timeline?: BehaviourSlice[];
}
