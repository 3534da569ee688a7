import { heavyList } from '../../../src/jobs/list/heavy-list';

describe('A list is heavy', () => {
  it.each([
    [{ count: 'exact' }, 'count'],
    [{ paginate: 'false' }, 'unpaginated'],
    [{ page: '51' }, 'offset'],
    [{ page: '11', limit: '100' }, 'offset'],
    [{ page: '11', page_size: '100' }, 'offset'],
  ])('with %j', (query, kind) => {
    expect(heavyList(query)).toBe(kind);
  });

  it.each([
    {},
    { page: '50' },
    { page: '10', limit: '100' },
    { count: 'auto' },
    { page: 'x' },
    { cursor: 'c' },
  ])('not with %j', (query) => {
    expect(heavyList(query)).toBeUndefined();
  });
});
