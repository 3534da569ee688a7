import { PreparedShapes } from '../../../../src/platform/database/prepared-shapes';
import { statement, unprepared } from '../../../../src/platform/database';

describe('a statement', () => {
  it.each([
    ['SELECT 1', 'SELECT /* jobs.one */ 1'],
    ['\n    WITH a AS (SELECT 1)\n SELECT', '\n    WITH /* jobs.one */ a AS (SELECT 1)\n SELECT'],
    ['EXPLAIN (FORMAT JSON) SELECT 1', 'EXPLAIN /* jobs.one */ (FORMAT JSON) SELECT 1'],
    // Postgres takes these as they are.
    ['(SELECT 1)', '(SELECT 1)'],
  ])('%j has its label in its text', (text, labelled) => {
    expect(statement('jobs.one', text)).toMatchObject({ label: 'jobs.one', text: labelled });
    expect(unprepared(text, 'jobs.one')).toEqual({ name: undefined, label: 'jobs.one', text: labelled });
  });

  it('has a name of its own for each text', () => {
    const [one, other] = [statement('jobs.one', 'SELECT 1'), statement('jobs.one', 'SELECT 2')];
    expect(one.name).toMatch(/^jobs\.one:[0-9a-f]{12}$/);
    expect(other.name).not.toBe(one.name);
    expect(statement('jobs.one', 'SELECT 1').name).toBe(one.name);
  });
});

describe('shapes of statements', () => {
  const names = (shapes: PreparedShapes, label: string, count: number): (string | undefined)[] =>
    Array.from({ length: count }, (_, number) => shapes.get(label, `SELECT '${label}', ${number}`).name);
  const named = (shapes: PreparedShapes, label: string, count: number): number =>
    names(shapes, label, count).filter((name) => name !== undefined).length;

  it('are prepared up to a number, so that many of one kind leave room for others', () => {
    const shapes = new PreparedShapes({ all: 5, ofLabel: 3 });
    expect(named(shapes, 'many', 10)).toBe(3);
    expect(named(shapes, 'few', 10)).toBe(2);
    expect(named(shapes, 'late', 10)).toBe(0);
  });

  it('keep the name that they have', () => {
    const shapes = new PreparedShapes({ all: 5, ofLabel: 3 });
    const before = names(shapes, 'many', 4);
    expect(names(shapes, 'many', 4)).toEqual(before);
    expect(shapes.get('many', `SELECT 'many', 3`)).toMatchObject({ label: 'many', name: undefined });
  });
});
