/** Repeatable chance: the same seed gives the same dataset. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 32 random bits. Mulberry32 (Tommy Ettinger, public domain). */
  bits(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** From 0 inclusive to 1 exclusive. */
  fraction(): number {
    return this.bits() / 4_294_967_296;
  }

  /** A whole number from 0 inclusive to `limit` exclusive. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Like `below`, but small numbers come more often: `power` 1 is even, 2 and more is skewed. */
  skewedBelow(limit: number, power: number): number {
    return Math.floor(limit * this.fraction() ** power);
  }

  /** An exponentially distributed duration around `mean`. */
  duration(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('Nothing to pick from');
    return item;
  }

  /** A UUIDv7 (RFC 9562, 5.7) of the given time in milliseconds since 1970. */
  uuidV7(time: number): string {
    const stamp = time.toString(16).padStart(12, '0');
    const a = this.bits();
    const b = this.bits();
    const c = this.bits();
    return (
      `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${hex(a & 0xfff, 3)}-` +
      `${hex(0x8000 | ((a >>> 12) & 0x3fff), 4)}-${hex(b, 8)}${hex(c & 0xffff, 4)}`
    );
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
