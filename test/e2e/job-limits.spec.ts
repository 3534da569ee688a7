import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp, type TestResponse } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

let app: TestApp;
let api: JobApi;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
  api = await JobApi.ofNewUser(app);
});
afterAll(() => app.close());
afterEach(async () => expect(await brokenInvariants(app)).toEqual({}));

const codeOf = ({ status, body }: TestResponse): unknown[] => [status, (body as { code?: string }).code];
const fieldsOf = ({ body }: TestResponse): unknown[] => [
  ...new Set((body as { errors: { field: string }[] }).errors.map(({ field }) => field)),
];

describe('the limits of a field', () => {
  /** Characters of one, two, and two UTF-16 units that class-validator would count as one. */
  const CHARACTERS = ['x', 'é', '🦀', '\u{10ffff}'];

  it.each([
    ['title', 200],
    ['company', 200],
    ['externalRef', 200],
    ['city', 200],
    ['state', 200],
    ['jobType', 200],
    ['industry', 200],
    ['source', 200],
    ['location', 500],
    ['description', 10_000],
    ['notes', 10_000],
  ])('%s holds %i characters, not one more', async (field, max) => {
    for (const character of [...CHARACTERS, '❤\ufe0f']) {
      const units = Array.from(character).length;
      const fits = character.repeat(max / units);
      const job = await api.create({ [field]: fits });
      expect((await api.read(job.id))[field]).toBe(fits);
      for (const send of [
        () => api.call('POST', '', { title: 'T', [field]: `${fits}x` }),
        () => api.patch(job.id, { [field]: `${fits}x` }),
      ]) {
        const answer = await send();
        expect([...codeOf(answer), fieldsOf(answer)]).toEqual([400, 'validation_failed', [field]]);
      }
    }
  });

  it('url, tags and their number, note', async () => {
    const url = `https://example.com/${'x'.repeat(2028)}`;
    const tags = Array.from(
      { length: 50 },
      (_, n) => `${n}`.padEnd(25, '❤\ufe0f').slice(0, 2) + '🦀'.repeat(48),
    );
    const { id } = await api.create({ url, tags });
    expect(await api.read(id)).toMatchObject({ url, tags });
    for (const [field, value] of [
      ['url', `${url}x`],
      ['tags', [...tags, 'x']],
      ['tags', [`${tags[10] ?? ''}x`]],
      ['tags', [`${'❤\ufe0f'.repeat(25)}x`]],
    ] as const) {
      expect(fieldsOf(await api.patch(id, { [field]: value }))).toEqual([field]);
    }
    const note = '❤\ufe0f'.repeat(1000);
    expect((await api.append(id, { status: 'applied', note })).body.event.note).toBe(note);
    expect(fieldsOf(await api.append(id, { status: 'applied', note: `${note}x` }))).toEqual(['note']);
    expect((await api.call('POST', `/${id}/archive`, { reason: note })).body.archiveReason).toBe(note);
    expect(
      codeOf(await api.call('POST', '/bulk/status', { ids: [id], status: 'offer', note: `${note}x` }))[0],
    ).toBe(400);
  });

  const nested = (depth: number): Record<string, unknown> => (depth <= 1 ? {} : { a: nested(depth - 1) });

  it('attributes and metadata hold 16 KB of JSON, 32 deep', async () => {
    const { id } = await api.create();
    const exact = { a: 'é'.repeat((16 * 1024 - 8) / 2) };
    expect(Buffer.byteLength(JSON.stringify(exact))).toBe(16 * 1024);
    const over = { a: `${exact.a}x` };
    expect((await api.patch(id, { attributes: exact })).body.attributes).toEqual(exact);
    expect(fieldsOf(await api.patch(id, { attributes: over }))).toEqual(['attributes']);
    const appended = await api.append(id, { status: 'applied', metadata: exact });
    expect(appended.body.event.metadata).toEqual(exact);
    expect(fieldsOf(await api.append(id, { status: 'applied', metadata: over }))).toEqual(['metadata']);
    expect((await api.patch(id, { attributes: nested(32) })).body.attributes).toEqual(nested(32));
    expect(fieldsOf(await api.patch(id, { attributes: nested(33) }))).toEqual(['attributes']);
    const deep = `{"attributes":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`;
    expect(codeOf(await api.patch(id, deep))[0]).toBe(400);
  });
});
