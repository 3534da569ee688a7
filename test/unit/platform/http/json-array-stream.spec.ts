import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { jsonArrayStream } from '../../../../src/platform/http';

describe('The stream of a JSON array', () => {
  it('joins no row, one row, and more than fit in one piece', async () => {
    for (const count of [0, 1, 2, 5000]) {
      const rows = Array.from({ length: count }, (_, index) => ({ json: `{"title":"job ${index}"}` }));
      const expected = rows.map(({ json }) => JSON.parse(json) as unknown);
      expect(JSON.parse(await text(jsonArrayStream(Readable.from(rows))))).toEqual(expected);
    }
  });

  it('destroys the rows when it is destroyed before anything was read of it', async () => {
    const rows = new Readable({ objectMode: true, read: () => undefined });
    const joined = jsonArrayStream(rows);
    joined.destroy();
    await once(joined, 'close');
    expect(rows.destroyed).toBe(true);
  });

  it('breaks when the rows break', async () => {
    const rows = new Readable({ objectMode: true, read: () => undefined });
    const joined = text(jsonArrayStream(rows));
    rows.destroy(new Error('gone'));
    await expect(joined).rejects.toThrow('gone');
  });
});
