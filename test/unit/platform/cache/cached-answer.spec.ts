import fc from 'fast-check';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { CachedAnswer, type Encoding } from '../../../../src/platform/cache/answers/cached-answer';

const DECODERS: Readonly<Record<Encoding, (bytes: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
};

const answerOf = (body: Buffer): CachedAnswer =>
  new CachedAnswer({
    stamp: 's',
    contentType: 'application/json',
    tag: 't',
    body,
    madeAt: Date.now(),
    expiresAt: Date.now() + 60_000,
  });

describe('A cached answer', () => {
  it('keeps no byte in memory but those that it counts, and each of its forms is the body', async () => {
    const bodies = fc.string({ maxLength: 20_000, unit: 'grapheme', size: 'max' });
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom<Encoding>('br', 'gzip'), async (text, encoding) => {
        const answer = answerOf(Buffer.from(text));
        let grown = 0;
        const compressed = await answer.encode(encoding, ({ bytes }) => (grown = bytes));
        const blocks = [answer.body, compressed].map(({ buffer }) => buffer.byteLength);
        expect(blocks).toEqual([answer.body.length, compressed.length]);
        expect(grown).toBe(answer.body.length + compressed.length);
        expect(answer.encoded(encoding)).toBe(compressed);
        expect(DECODERS[encoding](compressed).toString()).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('does not copy what has a block of its own', () => {
    const body = Buffer.allocUnsafeSlow(10);
    expect(answerOf(body).body).toBe(body);
  });
});
