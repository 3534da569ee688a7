export { type Verification } from './difference';
export { OwnerRepair } from './owner-repair';
export { Report } from './report';
export { runStatsVerification } from './run-stats-verification';
export { verifyStats, type VerificationOptions } from './verify-stats';
