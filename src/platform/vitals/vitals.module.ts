import { Global, Module } from '@nestjs/common';
import { ProcessVitals } from './process-vitals';

/** Makes `ProcessVitals` injectable everywhere. */
@Global()
@Module({ providers: [ProcessVitals], exports: [ProcessVitals] })
export class VitalsModule {}
