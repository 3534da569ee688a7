import { Global, Module } from '@nestjs/common';
import { Lifecycle } from './lifecycle';

/** Makes `Lifecycle` injectable everywhere. */
@Global()
@Module({ providers: [Lifecycle], exports: [Lifecycle] })
export class LifecycleModule {}
