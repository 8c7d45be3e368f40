/** One pass over the rows of the device: what the units of behaviour are made of. */
import { rowCount } from '../table/rows';
import { addAdm, clearAdm, makeAdmUnits } from './adm';
import { addContacts, clearContacts, makeContactUnits } from './contacts';
import { addFacts, clearFacts } from './facts';
import { bin, enter } from './part';
import { clearSess, makeSessUnits, meetSess } from './sess';
import { clearSlices, orderSlices, sliceAt, sliceOf } from './slices';

/** Collects the device that `beginDevice` began and makes all units but those of `net`, which wait for its ARP. */
export function collect(): void {
  clearSlices();
  clearFacts();
  clearSess();
  clearAdm();
  clearContacts();
  for (let index = 0; index < rowCount; index++) {
    if (!enter(index)) continue;
    const slice = sliceOf(bin);
    const peer = addFacts();
    meetSess(sliceAt(slice));
    addAdm(peer, slice);
    addContacts(peer, slice);
  }
  orderSlices();
  makeSessUnits();
  makeAdmUnits();
  makeContactUnits();
}
