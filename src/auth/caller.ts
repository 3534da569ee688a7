import type { Role } from '../users';

/** Who makes the request, as the access token says. */
export interface Caller {
  readonly id: string;
  readonly role: Role;
}

/** A caller together with the session that the access token belongs to. */
export interface SessionCaller extends Caller {
  readonly sessionId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `AuthGuard`; `undefined` on public routes. */
    user?: SessionCaller;
  }
}
