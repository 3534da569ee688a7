import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Caller } from '../auth';
import { Idempotent, IDEMPOTENCY_PROBLEMS } from '../idempotency';
import { ApiProblems, BODY_PROBLEMS } from '../platform/http';
import { BulkService } from './bulk.service';
import { BulkAnswerDto, BulkArchiveDto, BulkDeadlineDto, BulkStatusDto } from './dto/bulk.dto';

/** Changes of up to 500 jobs at once. */
@ApiTags('Bulk changes')
@ApiBearerAuth('bearer')
@ApiProblems(...BODY_PROBLEMS, 401, ...IDEMPOTENCY_PROBLEMS)
@Controller('jobs/bulk')
export class BulkController {
  constructor(private readonly bulk: BulkService) {}

  @Post('status')
  @HttpCode(200)
  @Idempotent()
  @ApiOperation({
    summary: 'Append a status event to many jobs',
    description: 'What is not allowed is reported for its id and changes nothing else.',
  })
  @ApiOkResponse({ description: 'What became of each job, in the order of `ids`.', type: BulkAnswerDto })
  status(
    @CurrentUser() caller: Caller,
    @Body() { ids, status, note }: BulkStatusDto,
  ): Promise<BulkAnswerDto> {
    return this.bulk.status(caller, ids, status, note ?? null);
  }

  @Post('deadline')
  @HttpCode(200)
  @Idempotent()
  @ApiOperation({ summary: 'Set or clear the deadline of many jobs' })
  @ApiOkResponse({ description: 'What became of each job, in the order of `ids`.', type: BulkAnswerDto })
  deadline(
    @CurrentUser() caller: Caller,
    @Body() { ids, deadline }: BulkDeadlineDto,
  ): Promise<BulkAnswerDto> {
    return this.bulk.deadline(caller, ids, deadline);
  }

  @Post('archive')
  @HttpCode(200)
  @Idempotent()
  @ApiOperation({ summary: 'Archive many jobs' })
  @ApiOkResponse({ description: 'What became of each job, in the order of `ids`.', type: BulkAnswerDto })
  archive(@CurrentUser() caller: Caller, @Body() { ids, reason }: BulkArchiveDto): Promise<BulkAnswerDto> {
    return this.bulk.archive(caller, ids, reason ?? null);
  }
}
