import { Module } from '@nestjs/common';
import { SkillBounds } from './skill-bounds';
import { SkillTableQuery } from './skill-table.query';
import { SkillTables } from './skill-tables';
import { SkillsController } from './skills.controller';

/** The tags of a user's jobs, as skills to choose from. */
@Module({
  controllers: [SkillsController],
  providers: [SkillBounds, SkillTableQuery, SkillTables],
})
export class SkillsModule {}
