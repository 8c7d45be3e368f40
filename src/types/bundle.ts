/** What is in a bundle. */

/** A record for one bundle, as `models list|show|verify` print it. */
export interface BundleRoleRecord {
  id: string;
  title: string;
  /** Devices it was trained on. */
  devices: number;
  /** Of these, those that only help out. */
  devicesBesides?: number;
  captures: number;
  /** Trained on too few devices to be relied on; those that only help out do not count. */
  thin: boolean;
}

export interface BundleRecord {
  schema: 'networkml/bundle-info/v1';
  path: string;
  name: string;
  version: string;
  sha256: string;
  intact: boolean;
  problem: string | null;
  roles: BundleRoleRecord[];
  classifiers: string[];
  /** Tokens of what devices say of themselves, and their names and makers are known for, that its ensemble knows; absent where it was trained without. */
  hints?: number;
  views: string[];
  bytes: number;
}
