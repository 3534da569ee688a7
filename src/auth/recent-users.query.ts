import { Injectable } from '@nestjs/common';
import { Database, statement } from '../platform/database';
import { type Role } from '../users';
import type { SessionCaller } from './caller';

/** Refresh tokens looked at for each user wanted: an access token lasts half an hour, so a user has many a day. */
const TOKENS_A_USER = 50;

/** By when a token expires, which has an index: all live equally long, so the last issued expires last. */
const RECENT = statement(
  'sessions.recent_users',
  `SELECT u.id, u.role, t.session_id AS "sessionId"
   FROM (
     SELECT DISTINCT ON (s.user_id) s.user_id, s.id AS session_id, t.expires_at
     FROM (SELECT session_id, expires_at FROM refresh_tokens ORDER BY expires_at DESC LIMIT $1::int * ${TOKENS_A_USER}) t
     JOIN sessions s ON s.id = t.session_id
     ORDER BY s.user_id, t.expires_at DESC
   ) t
   JOIN users u ON u.id = t.user_id
   ORDER BY t.expires_at DESC, u.id LIMIT $1`,
);

/** Who was here last: logged in, or stayed so. */
@Injectable()
export class RecentUsersQuery {
  constructor(private readonly database: Database) {}

  /** At most `limit` users, the latest first. */
  async find(limit: number): Promise<SessionCaller[]> {
    return this.database.query<{ id: string; role: Role; sessionId: string }>(RECENT, [limit]);
  }
}
