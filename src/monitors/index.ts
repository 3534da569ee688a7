export { MonitorsModule } from './monitors.module';
