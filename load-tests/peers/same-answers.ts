import assert from 'node:assert/strict';
import { sendOnce } from '../bench/http-client';
import { type Page, type Peer, type Row, type Running } from './peer';

/** Some write a moment with a zone, some with more digits. */
const comparable = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([field, value]) => [
      field,
      field.endsWith('At') && typeof value === 'string' ? new Date(value).toISOString() : value,
    ]),
  );

const ask = async ({ server, request, peer }: Running & { peer: Peer }, ownerId: string): Promise<Page> => {
  const { status, body } = await sendOnce(server.port, request(ownerId));
  assert.equal(status, 200, `${peer.name}: ${body.toString()}`);
  const { totalItems, rows } = peer.page(body.toString());
  return { totalItems, rows: rows.map(comparable) };
};

/**
 * What is compared must do the same: for each of the owners all have to answer the rows that the first one answers,
 * field by field and in its order, and its total.
 * @throws AssertionError that names who answers something else
 */
export const assertSameAnswers = async (
  [reference, ...others]: readonly (Running & { peer: Peer })[],
  owners: readonly string[],
): Promise<void> => {
  assert(reference !== undefined && owners.length > 0, 'Somebody has to be asked about somebody');
  for (const owner of owners) {
    const expected = await ask(reference, owner);
    assert(expected.rows.length > 0, `${reference.peer.name} answers no rows`);
    for (const other of others) {
      const page = await ask(other, owner);
      const ids = page.rows.map(({ id }) => id);
      assert.deepEqual(
        ids,
        expected.rows.map(({ id }) => id),
        `${other.peer.name} answers other jobs`,
      );
      assert.deepEqual(page, expected, `${other.peer.name} answers other rows`);
    }
  }
};
