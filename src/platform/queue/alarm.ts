/** A sleep that can be ended early, by one who sleeps and any number who wake. */
export class Alarm {
  private rung = false;
  private timer: NodeJS.Timeout | undefined;
  private end: (() => void) | undefined;

  /** Ends the sleep, or the next one if nobody sleeps now. */
  ring(): void {
    this.rung = true;
    this.end?.();
  }

  /** Resolves after so many milliseconds (24 days at most), or when it rings; at once if it has rung since the last sleep. */
  async sleep(milliseconds: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        this.end = resolve;
        this.timer = setTimeout(resolve, milliseconds);
      });
    }
    clearTimeout(this.timer);
    this.end = undefined;
    this.rung = false;
  }
}
