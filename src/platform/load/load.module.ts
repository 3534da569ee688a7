import { Global, Module } from '@nestjs/common';
import { LoadMonitor } from './load-monitor';
import { LoadSampler } from './load-sampler';

/** How busy the process is. */
@Global()
@Module({ providers: [LoadSampler, LoadMonitor], exports: [LoadMonitor] })
export class LoadModule {}
