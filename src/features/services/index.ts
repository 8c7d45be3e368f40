/** Layout `services/1`: which services a device serves and uses, by windows of 15 minutes. */
export { serviceClasses, serviceClassOf, serviceClassTitle } from './classes.js';
export {
  SERVICES_COLUMNS,
  SERVICES_LAYOUT,
  SERVICES_PER_SERVICE,
  SERVICES_WITHOUT_STACK,
  serviceOfColumn,
  servicesSubject,
  servicesSubjectName,
} from './layout.js';
export { ServiceWindowCollector, type ServiceWindows, sideOf } from './windows.js';
