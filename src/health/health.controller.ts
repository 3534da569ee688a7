import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth';
import { SkipThrottle, Vital } from '../platform/front';
import { AnyInput } from '../platform/http';

class LivenessDto {
  @ApiProperty({ enum: ['ok'], example: 'ok', description: 'Always `ok`.' })
  status: 'ok';
}

/** Whether the process answers; depends on nothing else. */
@ApiTags('Operations')
@Controller('health')
export class HealthController {
  @Public()
  @SkipThrottle()
  @Vital()
  @AnyInput()
  @Get('live')
  @ApiOperation({
    summary: 'Whether the process is alive',
    description: 'Checks nothing but the process itself.',
  })
  @ApiOkResponse({ description: 'The process answers.', type: LivenessDto })
  live(): LivenessDto {
    return { status: 'ok' };
  }
}
