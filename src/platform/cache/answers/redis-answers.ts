import KeyvRedis from '@keyv/redis';
import { createHash } from 'node:crypto';
import { Keyv } from 'keyv';
import { READ_PATIENCE, type RedisClient, type RedisLink } from '../../redis';
import { CachedAnswer } from './cached-answer';

/** Changes whenever what is stored changes its shape: another version's values are then not found. */
const FORMAT = 1;

interface Stored {
  stamp: string;
  contentType: string;
  tag: string;
  body: string;
  madeAt: number;
  expiresAt: number;
}

const isStored = (value: unknown): value is Stored => {
  if (typeof value !== 'object' || value === null) return false;
  const { stamp, contentType, tag, body, madeAt, expiresAt } = value as Partial<
    Record<keyof Stored, unknown>
  >;
  const texts = [stamp, contentType, tag, body].every((text) => typeof text === 'string');
  return texts && typeof madeAt === 'number' && typeof expiresAt === 'number';
};

/** The answers that instances share through Redis: behind the memory of each. Failing is not finding. */
export class RedisAnswers {
  private readonly stores = new WeakMap<RedisClient, Keyv>();

  constructor(
    private readonly link: RedisLink,
    private readonly largest: number,
  ) {}

  /** The answer under this key, if it was made under this stamp and has not expired. */
  async get(key: string, stamp: string): Promise<CachedAnswer | undefined> {
    if (this.link.session === undefined) return undefined;
    try {
      const stored = await this.link.withBodies('get', READ_PATIENCE, (client) =>
        this.store(client).get<unknown>(hashed(key)),
      );
      if (!isStored(stored) || stored.stamp !== stamp) return undefined;
      const answer = new CachedAnswer({ ...stored, body: Buffer.from(stored.body) });
      return answer.usable(Date.now()) ? answer : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps an answer until it expires. Nobody waits for it. */
  set(key: string, answer: CachedAnswer): void {
    if (this.link.session === undefined || answer.body.length > this.largest) return;
    const { stamp, contentType, tag, body, madeAt, expiresAt } = answer;
    const stored: Stored = { stamp, contentType, tag, body: body.toString(), madeAt, expiresAt };
    this.link
      .withBodies('set', this.link.config.socketTimeout, (client) =>
        this.store(client).set(hashed(key), stored, expiresAt - madeAt),
      )
      .catch(() => undefined);
  }

  private store(client: RedisClient): Keyv {
    let store = this.stores.get(client);
    if (store === undefined) {
      const redis = new KeyvRedis(client, { throwOnErrors: true, throwOnConnectError: true });
      // The prefix is given once: by Keyv, and not again by its store.
      const namespace = `${this.link.config.keyPrefix}a${FORMAT}`;
      redis.namespace = undefined;
      store = new Keyv({ store: redis, namespace, throwOnErrors: true });
      this.stores.set(client, store);
    }
    return store;
  }
}

/** Keys hold search words and ids: they are not for everyone's eyes in Redis, and may be long. */
const hashed = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 32);
