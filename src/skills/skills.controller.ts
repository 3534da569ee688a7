import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, type Caller } from '../auth';
import { Cached, expiresWithin } from '../platform/front';
import { ApiProblems } from '../platform/http';
import { matchingSkills } from './matching-skills';
import { ListSkillsDto, SkillListDto } from './skill.dto';
import { SKILLS_TTL, SkillTables } from './skill-tables';

/** The tags that a user's jobs carry, as skills. */
@ApiTags('Skills')
@ApiBearerAuth('bearer')
@Controller('skills')
export class SkillsController {
  constructor(private readonly tables: SkillTables) {}

  @Get()
  @Cached({ namespace: 'skills', mayBeOld: true, ttl: SKILLS_TTL })
  @ApiOperation({
    summary: "The tags of the caller's jobs, and how many of them carry each",
    description:
      "Of the caller's own jobs alone, for admins as well: tags are private texts, so nobody is told another user's. " +
      'Archived jobs are left out. Tags that differ only in case are one skill. The answer may be ten minutes old: ' +
      'it does not show what has been written since.\n\n' +
      'Of up to 10 000 jobs all are counted. Of more, a random sample is (an eighth of them, at most 5 000), each ' +
      'job being as likely to be in it as any other, and `approximate` is true: a count that m of the sampled ' +
      'jobs stand for has a standard error of about 1/√m of itself (m = 100: 10 %), and a tag that none of them ' +
      'carries is missing.',
  })
  @ApiOkResponse({ description: 'The skills.', type: SkillListDto })
  @ApiProblems(400, 401)
  async list(
    @CurrentUser() caller: Caller,
    @Query() { prefix = '', limit = 20 }: ListSkillsDto,
    @Req() request: FastifyRequest,
  ): Promise<SkillListDto> {
    const table = await this.tables.of(caller.id);
    // Not ten minutes on top of those that the table may have been kept for.
    expiresWithin(request, SKILLS_TTL * 1000, table.madeAt);
    return { data: matchingSkills(table, prefix, limit), approximate: table.approximate };
  }
}
