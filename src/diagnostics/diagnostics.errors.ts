import { Problem, VerbatimAnswer } from '../platform/http';

const MEBIBYTE = 1024 * 1024;

const mebibytes = (bytes: number): number => Math.round(bytes / MEBIBYTE);

/** 507: a snapshot would take more memory than the process has left. */
export class InsufficientMemory extends Problem {
  constructor({ needed, spare }: { needed: number; spare: number }) {
    super(
      507,
      'insufficient_memory',
      `A heap snapshot needs about ${mebibytes(needed)} MiB of memory, and ${mebibytes(spare)} MiB are left.`,
    );
  }
}

/** 499, as nginx has it; nobody sees it, since the client has left, and nobody has to look into it. */
export class ClientLeft extends VerbatimAnswer {
  constructor() {
    super(499, {}, '');
  }
}
