/** One pass over the rows of the device: what the units of behaviour are made of. */
import { rowCount } from '../table/rows';
import { addAdm, clearAdm, makeAdmUnits } from './adm';
import { addContacts, clearContacts, makeContactUnits } from './contacts';
import { addFacts, clearFacts, closeFacts } from './facts';
import { bin, enter } from './part';
import { clearSess, makeSessUnits, meetSess } from './sess';
import { clearSlices, orderSlices, sliceOf } from './slices';

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
    addFacts();
    meetSess(slice);
    addAdm(slice);
    addContacts(slice);
  }
  closeFacts();
  orderSlices();
  makeSessUnits();
  makeAdmUnits();
  makeContactUnits();
}
