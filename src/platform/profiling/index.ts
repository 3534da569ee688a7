export { Profiler, ProfilerBusy, type ProfileKind } from './profiler';
export { ProfilingModule } from './profiling.module';
