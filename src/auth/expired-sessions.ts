import { Injectable } from '@nestjs/common';
import { inBatches, Scheduled, type WorkContext } from '../platform/queue';
import { LoginBrake } from './login-brake';
import { Sessions } from './sessions';

/** Rows that are removed at once. */
const BATCH = 500;

/** Removes tokens, sessions and failed logins that have had their time, also where nobody logs in any more. */
@Injectable()
export class ExpiredSessions {
  constructor(
    private readonly sessions: Sessions,
    private readonly brake: LoginBrake,
  ) {}

  /** Every hour. */
  @Scheduled('expire-sessions', '0 * * * *')
  async remove(_data: object, { signal }: WorkContext): Promise<void> {
    await inBatches(signal, BATCH, () => this.sessions.removeExpiredTokens(BATCH));
    await inBatches(signal, BATCH, () => this.brake.removeStale(BATCH));
  }
}
