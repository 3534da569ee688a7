import { Injectable } from '@nestjs/common';
import { CacheResult } from '../platform/cache';
import { SkillTableQuery, type SkillTable } from './skill-table.query';

/** How old the tags of an owner may be. Seconds. */
export const SKILLS_TTL = 600;

/** The table of tags of each owner, counted at most every ten minutes, whatever prefixes are asked for. */
@Injectable()
export class SkillTables {
  constructor(private readonly query: SkillTableQuery) {}

  /** The table of an owner, up to ten minutes old. */
  @CacheResult({ namespace: 'skill-tables', scope: 'user', mayBeOld: true, ttl: SKILLS_TTL })
  of(ownerId: string): Promise<SkillTable> {
    return this.query.read(ownerId);
  }
}
