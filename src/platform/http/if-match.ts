import { Problem } from './problem';

/** 412: the client's `If-Match` names an older version. */
export class VersionConflict extends Problem {
  constructor(currentVersion: number) {
    super(412, 'version_conflict', `The version has moved on to ${currentVersion}.`, {
      extensions: { currentVersion },
      headers: { etag: `"${currentVersion}"` },
    });
  }
}

/** The strong entity tag of a version. */
export const versionTag = (version: number): string => `"${version}"`;

/**
 * Whether an `If-Match` header (RFC 9110, 13.1.1) allows a change of `version`. Only the version is compared:
 * a weak mark and the suffix of an encoded answer (`W/"7-br"`) do not matter. No header allows everything.
 */
export const ifMatchAllows = (header: string | undefined, version: number): boolean => {
  if (header === undefined || header.trim() === '*') return true;
  const tags = header.split(',').map((tag) => /^\s*(?:W\/)?"(\d+)(?:-[\w]+)?"\s*$/.exec(tag)?.[1]);
  return tags.includes(String(version));
};

/** @throws VersionConflict unless `ifMatchAllows`. */
export const assertIfMatch = (header: string | undefined, version: number): void => {
  if (!ifMatchAllows(header, version)) throw new VersionConflict(version);
};
