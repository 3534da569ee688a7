import { Injectable } from '@nestjs/common';

/** Tells the workers of this process that there is something to do, so that they need not find out by asking. */
@Injectable()
export class Wakeups {
  private readonly listeners = new Map<string, () => void>();

  /** Has `wake` called when there is something for `name`. */
  listen(name: string, wake: () => void): void {
    this.listeners.set(name, wake);
  }

  /** Nothing happens where no worker runs. */
  ring(name: string): void {
    this.listeners.get(name)?.();
  }
}
