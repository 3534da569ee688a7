export { JobStatusEvent } from './job-status-event.entity';
export { JobStatusEventsModule } from './job-status-events.module';
