import { NetworkmlError } from '../../errors.js';

/** A JSON object from outside: nothing about it is known yet. */
export type Untrusted = Readonly<Record<string, unknown>>;

/** Refuses a model of another library. @throws NetworkmlError `NML_MODEL_EXCHANGE`, always. */
export function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_EXCHANGE', problem);
}

/** The value as an object. @throws NetworkmlError `NML_MODEL_EXCHANGE` */
export function objectAt(value: unknown, name: string): Untrusted {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(`${name} is not an object`);
  return value as Untrusted;
}

/** The value as a list. @throws NetworkmlError `NML_MODEL_EXCHANGE` */
export function listAt(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(`${name} is not a list`);
  return value;
}

/** The value as a text that is not empty. @throws NetworkmlError `NML_MODEL_EXCHANGE` */
export function textAt(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') refuse(`${name} is not a text`);
  return value;
}

/** The value as a whole number. @throws NetworkmlError `NML_MODEL_EXCHANGE` when it is none or below `least`. */
export function wholeAt(value: unknown, name: string, least: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    refuse(`${name} is not a whole number of ${least} or more`);
  }
  return value;
}

/** The value as a finite number. @throws NetworkmlError `NML_MODEL_EXCHANGE` */
export function numberAt(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(`${name} is not a number`);
  return value;
}
