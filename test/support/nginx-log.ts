import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChildServer } from './child-server';

/** What nginx has logged of one request. */
export interface LoggedRequest {
  /** Its line in the access log. */
  access: string;
  /** Lines of the error log, which know no id: of the same method, path and second. */
  errors: string[];
}

/** Finds a request by its `X-Request-Id`; nothing where nginx has not ended it, or does not log ids. */
export const loggedOf = async (proxy: ChildServer, id: string): Promise<LoggedRequest | undefined> => {
  const lines = (await readFile(join(proxy.folder, 'access.log'), 'utf8')).split('\n');
  const access = lines.find((line) => line.includes(` ${id} `));
  if (access === undefined) return undefined;
  const [, day = '', second = ''] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(access) ?? [];
  const request = /"\S+ \S+"/.exec(access)?.[0].replace(/"$/, ' ') ?? '"';
  const errors = (await proxy.output()).split('\n');
  const then = `${day.replaceAll('-', '/')} ${second} `;
  return { access, errors: errors.filter((line) => line.startsWith(then) && line.includes(request)) };
};
