import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config';
import { Profiler, ProfilerBusy } from '../platform/profiling';
import { ProcessVitals, type Vitals } from '../platform/vitals';
import { AverageOver } from './average-over';
import { ProfileFolder } from './profile-folder';

/**
 * Takes a CPU profile when the process has been busy for long: when its CPU use, or the part of the time that its event
 * loop was at work, was `CPU_PROFILE_PERCENT` or more on average over `CPU_PROFILE_AFTER`. The event loop counts because
 * a process that serves on one thread can be at its end while half of two CPUs are idle. The profiles are kept in
 * `DIAGNOSTICS_DIR`, and where that cannot be written the log says so at start; from one to the next at least
 * `CPU_PROFILE_PAUSE` passes.
 */
@Injectable()
export class CpuWatch implements OnApplicationBootstrap {
  private readonly logger = new Logger('CPU');
  private readonly average: AverageOver;
  private readonly folder: ProfileFolder;
  private lastAt = -Infinity;

  constructor(
    private readonly config: AppConfig,
    private readonly vitals: ProcessVitals,
    private readonly profiler: Profiler,
  ) {
    const { cpuProfile, diagnostics } = config.monitoring;
    this.average = new AverageOver(cpuProfile.after);
    this.folder = new ProfileFolder(diagnostics.folder, diagnostics);
  }

  onApplicationBootstrap(): void {
    if (this.config.monitoring.cpuProfile.percent === 0) return;
    this.vitals.onSample((vitals) => this.look(vitals));
    void this.check();
  }

  /** Tells at start what else only the first hour of trouble would. Never rejects. */
  private async check(): Promise<void> {
    try {
      await this.folder.assertWritable();
    } catch (error) {
      const { folder } = this.config.monitoring.diagnostics;
      const { code } = error as NodeJS.ErrnoException;
      this.logger.warn({ folder, code }, 'CPU profiles cannot be kept: DIAGNOSTICS_DIR cannot be written');
    }
  }

  private look({ cpu, eventLoop }: Vitals): void {
    const { percent, pause } = this.config.monitoring.cpuProfile;
    const now = performance.now();
    const busy = this.average.add(Math.max(cpu.percent, eventLoop.utilization), now);
    if (busy === undefined || busy < percent) return;
    if (now - this.lastAt < pause || this.profiler.running !== undefined) return;
    this.lastAt = now;
    this.average.clear();
    void this.profile(busy);
  }

  /** Never rejects. */
  private async profile(busy: number): Promise<void> {
    const { duration } = this.config.monitoring.cpuProfile;
    const startedAt = new Date();
    const percent = Math.round(busy);
    this.logger.warn({ percent, seconds: duration / 1000 }, 'Busy for long: a CPU profile is taken');
    try {
      const profile = await this.profiler.cpuProfile(duration, new AbortController().signal);
      const file = await this.folder.keep(profile, startedAt);
      if (file === undefined)
        this.logger.warn('The CPU profile is larger than DIAGNOSTICS_MAX_BYTES: dropped');
      else this.logger.warn({ file, bytes: profile.length }, 'A CPU profile was written');
    } catch (error) {
      // The end of the program breaks it off.
      if ((error as Error).name === 'AbortError' || error instanceof ProfilerBusy) return;
      this.logger.error({ err: error }, 'The CPU profile could not be taken');
    }
  }
}
