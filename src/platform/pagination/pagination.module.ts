import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../../config';
import { deriveKey } from '../security';
import { CursorCodec } from './cursor';
import { PageLimit } from './page-limit';

/** Makes the cursor codec injectable, keyed by the installation's secret. */
@Global()
@Module({
  providers: [
    PageLimit,
    {
      provide: CursorCodec,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => new CursorCodec(deriveKey(config.auth.secretKey, 'cursor')),
    },
  ],
  exports: [CursorCodec, PageLimit],
})
export class PaginationModule {}
