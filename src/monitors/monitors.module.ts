import { Module } from '@nestjs/common';
import { CpuWatch } from './cpu-watch';
import { MemoryLimit } from './memory-limit';
import { MemoryWatch } from './memory-watch';
import { ResourceReport } from './resource-report';
import { SlowQueries } from './slow-queries';

/** What the process notices of itself and tells in its log. */
@Module({ providers: [CpuWatch, MemoryLimit, MemoryWatch, ResourceReport, SlowQueries] })
export class MonitorsModule {}
