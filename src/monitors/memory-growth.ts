/** Parts that the time is divided into. Of each the least amount counts, so that a burst of requests does not. */
const PARTS = 5;

/** Parts in a row that must each hold more than the one before. */
const LEAST_PARTS = 5;

/** Growth below this is none, however large a share: a small heap doubles easily. Bytes. */
const LEAST_GROWTH = 16 * 1024 * 1024;

/** What is remembered, as a multiple of the time: so slow a growth is still noticed. */
const REMEMBERED = 6;

/** Steady growth of memory. */
export interface Growth {
  readonly from: number;
  readonly to: number;
  readonly percent: number;
  /** Milliseconds that it took. */
  readonly time: number;
}

interface Floor {
  readonly part: number;
  bytes: number;
}

/**
 * Tells steady growth of memory from its usual ups and downs. It is given what was in use right after each full garbage
 * collection, since only that is no garbage. The time is divided into five parts, and of each the least amount counts.
 * Growth is reported when at least five parts in a row (parts without a collection are passed over) each hold more than
 * the one before, and the last holds at least so many percent, and 16 MiB, more than the first, and so many percent
 * more than any part before them, as far back as six times the time: load that comes and goes reaches no new height each
 * time. What comes in the first `time` is the warming up, and does not count. After a report the next one needs as much
 * growth again.
 */
export class MemoryGrowth {
  private floors: Floor[] = [];
  private startedAt: number | undefined;
  /** What was in use at the last report. */
  private reported = 0;

  /**
   * @param time milliseconds
   * @param percent least growth
   */
  constructor(
    private readonly time: number,
    private readonly percent: number,
  ) {}

  /**
   * Takes an amount into account.
   * @param bytes in use after a full collection
   * @param at milliseconds, never less than before
   */
  add(bytes: number, at: number): Growth | undefined {
    this.startedAt ??= at;
    if (at - this.startedAt < this.time) return undefined;
    const part = Math.floor((at / this.time) * PARTS);
    const last = this.floors.at(-1);
    if (last?.part === part) {
      last.bytes = Math.min(last.bytes, bytes);
      return undefined;
    }
    // The part before is over, and its floor known.
    const growth = this.growth();
    if (growth !== undefined) this.reported = growth.to;
    this.floors.push({ part, bytes });
    this.floors = this.floors.filter((floor) => part - floor.part <= REMEMBERED * PARTS);
    return growth;
  }

  private growth(): Growth | undefined {
    const rising = this.risingEnd();
    const [first] = rising;
    const last = rising.at(-1);
    if (first === undefined || last === undefined || rising.length < LEAST_PARTS) return undefined;
    const before = this.floors.slice(0, -rising.length).map(({ bytes }) => bytes);
    const height = Math.max(first.bytes, this.reported, ...before);
    if (last.bytes < height * (1 + this.percent / 100) || last.bytes - first.bytes < LEAST_GROWTH)
      return undefined;
    return {
      from: first.bytes,
      to: last.bytes,
      percent: 100 * (last.bytes / first.bytes - 1),
      time: ((last.part - first.part + 1) * this.time) / PARTS,
    };
  }

  /** The last floors, back to the one that is not above its predecessor. */
  private risingEnd(): Floor[] {
    let start = this.floors.length - 1;
    while (start > 0 && (this.floors[start - 1]?.bytes ?? Infinity) < (this.floors[start]?.bytes ?? 0))
      start -= 1;
    return this.floors.slice(Math.max(0, start));
  }
}
