export { type ToProcess, type ToSupervisor } from './messages';
export { SupervisorLink } from './supervisor-link';
