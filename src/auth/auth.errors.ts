import { Problem } from '../platform/http';

/** 401: no access token, a bad one, or wrong credentials. RFC 9110 (15.5.2) demands the challenge. */
export class Unauthenticated extends Problem {
  constructor(detail = 'A valid access token is needed.') {
    super(401, 'unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer' } });
  }
}

/** 401: the access token was good, but its time is over; refresh it. The challenge is that of RFC 6750 (3.1). */
export class TokenExpired extends Problem {
  constructor() {
    super(401, 'token_expired', 'The access token has expired.', {
      headers: { 'www-authenticate': 'Bearer error="invalid_token", error_description="expired"' },
    });
  }
}

/** 403: the caller is known, but lacks the role. */
export class Forbidden extends Problem {
  constructor() {
    super(403, 'forbidden', 'Your role does not allow this.');
  }
}

/** What both a wrong password and an unknown e-mail are answered with, word by word. */
export const wrongCredentials = (): Unauthenticated => new Unauthenticated('E-mail or password is wrong.');

/** What every refresh token that does not work is answered with. */
export const badRefreshToken = (): Unauthenticated => new Unauthenticated('The refresh token is not valid.');
