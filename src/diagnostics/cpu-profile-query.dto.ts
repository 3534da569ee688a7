import { OptionalInteger } from '../platform/validation';

/** Seconds that a profile takes where none are asked for. */
export const DEFAULT_SECONDS = 10;

/** How a CPU profile is asked for. */
export class CpuProfileQueryDto {
  @OptionalInteger(1, 60, {
    description: `Seconds to record; default ${DEFAULT_SECONDS}.`,
    example: DEFAULT_SECONDS,
  })
  seconds?: number;
}
