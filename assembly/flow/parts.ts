/** Parts of the flow core one by one, for the tests of them: not in what is shipped. */
export { putAddress } from './address-text';
export { putFraction } from './double-text';
export { pushValue, releaseList } from './lists';
export { allocate, giveBack } from './memory';
export { putWhole } from './number-text';
export { insertSlot, mask, removeSlot, slots } from './slots';
