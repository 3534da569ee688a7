import { performance } from 'node:perf_hooks';
import { type Standing } from '../presence';
import { type Mark } from './channel';

/** A write that has begun and not ended. */
interface WriteUnderWay {
  readonly scope: string;
  /** What its writer holds: told here when the mark is made anew. */
  readonly mark: { readonly standing: Standing; at: number | undefined };
  /** The channel that it is marked on; `null`: none. */
  channel: string | null;
}

/**
 * The writes of this process that are under way, and where they are marked: before it enters a channel they are marked
 * there, since it could end between the commit of one of them and its new version.
 */
export class WritesUnderWay {
  private readonly writes = new Map<string, WriteUnderWay>();

  /** @param at when it was marked on the channel of `standing`; `undefined`: it is not marked */
  begin(scope: string, writer: string, standing: Standing, at: number | undefined): Mark {
    const mark = { standing, at };
    this.writes.set(writer, { scope, mark, channel: at === undefined ? null : standing.channel });
    return mark;
  }

  end(writer: string): void {
    this.writes.delete(writer);
  }

  /**
   * Marks them, but those that are marked on this channel already.
   * @param isFresh whether a mark made at that time need not be made anew
   * @returns those that have ended meanwhile, whose marks may stand
   * @throws what `mark` throws
   */
  async markOn(
    channel: string,
    isFresh: (markedAt: number) => boolean,
    mark: (scope: string, writer: string) => Promise<void>,
  ): Promise<{ scope: string; writer: string }[]> {
    const missing = [...this.writes].filter(
      ([
        ,
        {
          channel: on,
          mark: { at },
        },
      ]) => on !== channel || at === undefined || !isFresh(at),
    );
    await Promise.all(
      missing.map(async ([writer, write]) => {
        const at = performance.now();
        await mark(write.scope, writer);
        write.mark.at = at;
        write.channel = channel;
      }),
    );
    return missing
      .filter(([writer, write]) => this.writes.get(writer) !== write)
      .map(([writer, { scope }]) => ({ scope, writer }));
  }
}
