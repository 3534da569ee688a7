export { ProcessVitals, SAMPLE_EVERY } from './process-vitals';
export { type Vitals } from './vitals';
export { VitalsModule } from './vitals.module';
export { BYTES, COUNT, MILLISECONDS, PERCENT, PoolUsageDto } from './vitals.dto';
