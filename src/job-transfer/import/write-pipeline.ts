import { type JobLine } from './job-line';
import { LineBatch } from './line-batch';

/** Batches that are written at the same time, each on a connection of its own; one waits for the disk meanwhile. */
const MAX_IN_FLIGHT = 2;

interface InFlight {
  lines: readonly JobLine[];
  written: Promise<void>;
}

/**
 * Writes batches while the next one fills. Of two lines with the same `externalRef` the later one is written
 * when the earlier one has been.
 */
export class WritePipeline {
  private readonly batch = new LineBatch();
  private inFlight: InFlight[] = [];

  constructor(private readonly write: (lines: JobLine[]) => Promise<void>) {}

  /** Takes a line; waits when enough is being written. @throws what writing an earlier batch threw */
  async add(line: JobLine, bytes: number): Promise<void> {
    if (this.batch.isFullFor(line, bytes)) await this.flush();
    this.batch.add(line, bytes);
  }

  /** Writes what is left, and waits for all of it. */
  async finish(): Promise<void> {
    await this.flush();
    while (this.inFlight.length > 0) await this.oldest();
  }

  /** Waits until nothing is being written any more, whether it worked or not. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.inFlight.map(({ written }) => written));
  }

  private async flush(): Promise<void> {
    const lines = this.batch.take();
    if (lines.length === 0) return;
    while (this.inFlight.length >= MAX_IN_FLIGHT || this.meets(lines)) await this.oldest();
    const written = this.write(lines);
    // A failure is met when the batch is waited for; until then it is not unhandled.
    written.catch(() => undefined);
    this.inFlight.push({ lines, written });
  }

  private async oldest(): Promise<void> {
    const [oldest] = this.inFlight;
    await oldest?.written;
    this.inFlight = this.inFlight.slice(1);
  }

  private meets(lines: readonly JobLine[]): boolean {
    const refs = new Set(this.inFlight.flatMap((batch) => batch.lines.map(({ externalRef }) => externalRef)));
    return lines.some(({ externalRef }) => externalRef !== undefined && refs.has(externalRef));
  }
}
