export { JobStatusEvent } from './job-status-event.entity';
export { JobStatusEventsModule } from './job-status-events.module';
export { AppendStatusEventDto } from './status-event.dto';
