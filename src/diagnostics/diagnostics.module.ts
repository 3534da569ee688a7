import { Module } from '@nestjs/common';
import { DiagnosticsController } from './diagnostics.controller';
import { Diagnostics } from './diagnostics.service';
import { SpareMemory } from './spare-memory';

/** Profiles and snapshots of the process for administrators. */
@Module({ controllers: [DiagnosticsController], providers: [Diagnostics, SpareMemory] })
export class DiagnosticsModule {}
