/** Parts that the time is divided into. Of each the least amount counts, so that a burst of requests does not. */
const PARTS = 5;

/** Groups in a row that the floors are compared in; so many floors are needed. */
const GROUPS = 4;

/** Least rise from a group to the next, of what it were if all rose alike: a step up, or what fills up, is no leak. */
const LEAST_RISE = 0.5;

/** Growth below this is none, however large a share: a small heap doubles easily. Bytes. */
const LEAST_GROWTH = 16 * 1024 * 1024;

/** The longest time that growth is looked for in, as a multiple of the time: so slow a growth is still noticed. */
const LOOK_BACK = 6;

/** Floors that are remembered for how high they were: those of a day, where the time is ten minutes. */
const REMEMBERED = 720;

/** Steady growth of memory. */
export interface Growth {
  readonly from: number;
  readonly to: number;
  readonly percent: number;
  /** Milliseconds that it took. */
  readonly time: number;
}

/** The least amount that was in use in a part. */
interface Floor {
  readonly part: number;
  bytes: number;
}

/**
 * Tells steady growth of memory from its usual ups and downs. It is given what was in use right after each full garbage
 * collection, since only that is no garbage. The time is divided into five parts, and of each the least amount counts:
 * its floor. Parts without a collection are passed over.
 *
 * Growth is reported when, in the last `time` or any longer time up to six times it, the least of each quarter of the
 * floors is above that of the quarter before, by half of an even rise or more, and the rise over all of it comes to at
 * least so many percent, and 16 MiB. Four floors are enough, however far apart. What it has risen to must also be so
 * many percent above what was held before for as long as a quarter, as far back as 144 times the time: load that comes
 * and goes reaches no new height each time. What comes in the first `time` is the warming up, and does not count. After
 * a report the next one needs as much growth again.
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
    // Where collections are rare this is the only one of its part; else the part before has but now ended.
    const rare = last !== undefined && part - last.part > 1;
    if (rare) this.floors.push({ part, bytes });
    const growth = this.growth();
    if (!rare) this.floors.push({ part, bytes });
    if (growth !== undefined) this.reported = growth.to;
    this.floors = this.floors.slice(-REMEMBERED);
    return growth;
  }

  /** The growth in the shortest time that shows it. */
  private growth(): Growth | undefined {
    for (let count = GROUPS; count <= this.floors.length; count += 1) {
      const time = ((partsOf(this.floors.slice(-count)) + 1) * this.time) / PARTS;
      if (time > LOOK_BACK * this.time && count > GROUPS) return undefined;
      const growth = time < this.time ? undefined : this.growthOf(count);
      if (growth !== undefined) return { ...growth, percent: 100 * (growth.to / growth.from - 1), time };
    }
    return undefined;
  }

  /** The growth over so many floors, at the rate at which their groups rise. */
  private growthOf(count: number): Pick<Growth, 'from' | 'to'> | undefined {
    const floors = this.floors.slice(-count);
    const size = count / GROUPS;
    const groups = Array.from({ length: GROUPS }, (_, group) =>
      floors.slice(Math.round(group * size), Math.round((group + 1) * size)),
    );
    const held = groups.map(leastOf);
    const rises = held.slice(1).map((bytes, index) => bytes - (held[index] ?? 0));
    const rise = rises.reduce((sum, each) => sum + each, 0);
    if (Math.min(...rises) < (LEAST_RISE * rise) / rises.length) return undefined;

    const [from = 0] = held;
    // From group to group less time passes than from the first floor to the last.
    const to = from + (rise * partsOf(floors)) / partsOf(groups.flatMap(([first]) => first ?? []));
    const height = to / (1 + this.percent / 100);
    if (to - from < LEAST_GROWTH || Math.max(from, this.reported) > height) return undefined;
    return wasHeld(height, Math.floor(size), this.floors.slice(0, -count)) ? undefined : { from, to };
  }
}

const leastOf = (floors: readonly Floor[]): number => Math.min(...floors.map(({ bytes }) => bytes));

/** Parts from the first floor to the last. */
const partsOf = (floors: readonly Floor[]): number => (floors.at(-1)?.part ?? 0) - (floors[0]?.part ?? 0);

/** Whether so many floors in a row were above a height. */
const wasHeld = (height: number, length: number, floors: readonly Floor[]): boolean => {
  let run = 0;
  return floors.some(({ bytes }) => {
    run = bytes > height ? run + 1 : 0;
    return run >= length;
  });
};
