import { Global, Module } from '@nestjs/common';
import { Profiler } from './profiler';

/** Makes the one `Profiler` of the process injectable everywhere. */
@Global()
@Module({ providers: [Profiler], exports: [Profiler] })
export class ProfilingModule {}
