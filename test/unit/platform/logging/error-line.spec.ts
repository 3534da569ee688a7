import { errorLine } from '../../../../src/platform/logging/log';

/** How many errors a line tells of, one the cause of the other. */
const told = (line: Record<string, unknown>): number =>
  line.cause === undefined ? 1 : 1 + told(line.cause as Record<string, unknown>);

describe('The line of an error', () => {
  it('tells its causes in a row', () => {
    const line = errorLine(new Error('outer', { cause: new TypeError('inner') }));
    expect(line).toMatchObject({ message: 'outer', cause: { type: 'TypeError', message: 'inner' } });
  });

  it('ends where an error is its own cause', () => {
    const error = new Error('turning');
    error.cause = error;
    expect(told(errorLine(error))).toBe(6);
  });

  it('has nothing of the values that an error of the database carries', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (email)=(ada@example.com)',
    });
    expect(JSON.stringify(errorLine(error))).not.toContain('ada@');
  });
});
