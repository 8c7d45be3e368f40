/** Checks of the arrays of a bundle, all of them by the kernels: as JavaScript that runs once they take longer than a prediction. */
import { type Numbers, placeOf, type RoleKernel, withKernel } from './role-kernel.js';

/** Whether no number is a NaN or infinity. */
export function areFinite(numbers: Float32Array): boolean {
  return check(numbers, ({ run }, at) => run.areFinite(at, numbers.length) !== 0);
}

/** Whether all numbers are below a limit. */
export function areBelow(numbers: Uint32Array, limit: number): boolean {
  return check(numbers, ({ run }, at) => run.areBelow(at, numbers.length, limit) !== 0);
}

/** Whether all numbers are below a limit. */
export function areShortsBelow(numbers: Uint16Array, limit: number): boolean {
  return check(numbers, ({ run }, at) => run.areShortsBelow(at, numbers.length, limit) !== 0);
}

/** Place of the first number that is less than, or `strictly` not more than, the one before; -1 where there is none. */
export function firstOutOfOrder(numbers: Uint32Array, strictly: boolean): number {
  return check(numbers, ({ run }, at) => run.firstOutOfOrder(at, numbers.length, Number(strictly)));
}

function check<T>(numbers: Numbers, ask: (kernel: RoleKernel, at: number) => T): T {
  return withKernel(numbers, (kernel) => ask(kernel, placeOf(kernel, numbers)));
}
