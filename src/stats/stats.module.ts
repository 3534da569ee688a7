import { Module } from '@nestjs/common';
import { WorkflowsModule } from '../workflows';
import { StatsController } from './stats.controller';
import { StatsService } from './stats.service';

/** Statistics over jobs and their histories. */
@Module({
  imports: [WorkflowsModule],
  controllers: [StatsController],
  providers: [StatsService],
})
export class StatsModule {}
