import { Inject, Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../../../config';
import { RedisLink } from '../../redis';
import { type CachedAnswer } from './cached-answer';
import { CacheCounts } from './cache-counts';
import { MemoryAnswers } from './memory-answers';
import { RedisAnswers } from './redis-answers';

/** Finished answers, in memory and behind it in Redis where there is one. */
@Injectable()
export class AnswerCache {
  readonly memory: MemoryAnswers;
  readonly counts = new CacheCounts();
  private readonly shared: RedisAnswers | undefined;
  private readonly underWay = new Map<string, Promise<CachedAnswer | undefined>>();

  constructor(config: AppConfig, @Optional() @Inject(RedisLink) link?: RedisLink) {
    this.memory = new MemoryAnswers(config.cache);
    this.shared = link === undefined ? undefined : new RedisAnswers(link, this.memory.largest);
  }

  /** The answer that memory has under this key and stamp. */
  peek(key: string, stamp: string): CachedAnswer | undefined {
    return this.memory.get(key, stamp);
  }

  /** The answer that Redis has under this key and stamp; memory has it from then on. */
  async fetch(key: string, stamp: string): Promise<CachedAnswer | undefined> {
    const answer = await this.shared?.get(key, stamp);
    if (answer !== undefined) this.memory.set(key, answer);
    return answer;
  }

  /** Whether `fetch` may find anything. */
  get shares(): boolean {
    return this.shared !== undefined;
  }

  /** Keeps an answer; one over the size limits is not kept. */
  keep(key: string, answer: CachedAnswer): void {
    this.memory.set(key, answer);
    this.shared?.set(key, answer);
  }

  /**
   * Makes an answer once, however many ask for it at the same time: those who ask with the same key and stamp
   * while it is being made wait for it. `undefined` says that there is none to be shared, and each then makes its own; that
   * it may not be made at all (a rejection) holds for all.
   */
  once(
    key: string,
    stamp: string,
    make: () => Promise<CachedAnswer | undefined>,
  ): { first: boolean; answer: Promise<CachedAnswer | undefined> } {
    const name = `${stamp}|${key}`;
    const running = this.underWay.get(name);
    if (running !== undefined) return { first: false, answer: running };
    const answer = make().finally(() => this.underWay.delete(name));
    this.underWay.set(name, answer);
    return { first: true, answer };
  }
}
