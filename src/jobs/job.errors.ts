import { AlreadyExists, Problem } from '../platform/http';

/** 409: the workflow does not allow the step; `allowed` lists those it does. */
export class TransitionNotAllowed extends Problem {
  constructor(from: string, to: string, allowed: readonly string[]) {
    super(409, 'transition_not_allowed', `A job cannot go from ${from} to ${to}.`, {
      extensions: { allowed },
    });
  }
}

/** 409: the owner has another job with this `externalRef`. */
export class ExternalRefTaken extends AlreadyExists {
  constructor() {
    super('A job with this externalRef exists already.');
  }
}
