/** Credentials of RFC 6750 (2.1); the name of a scheme has no case. */
const BEARER = /^bearer /i;
const BEARER_LENGTH = 7;

/** The token that an `Authorization` header carries. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  authorization !== undefined && BEARER.test(authorization)
    ? authorization.slice(BEARER_LENGTH).trim()
    : undefined;
