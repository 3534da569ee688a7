import { get } from 'node:http';

/** The answer of a download whose head has come; nothing of the body is read before `lines`. */
export interface Download {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  /** Reads to the end and counts the line feeds; fails where the transfer breaks off. */
  lines(): Promise<number>;
  /** Reads to the end; fails where the transfer breaks off. */
  text(): Promise<string>;
  /** Whether the transfer broke off. */
  broke(): boolean;
  destroy(): void;
}

/** Begins a download without reading it. The test has to read it to the end or to destroy it. */
export const beginDownload = (
  url: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<Download> =>
  new Promise((resolve, reject) => {
    const sent = { authorization: `Bearer ${token}`, ...headers };
    const request = get(url, { headers: sent, agent: false }, (response) => {
      let broken = false;
      response.on('error', () => (broken = true));
      const lines = async (): Promise<number> => {
        let count = 0;
        for await (const chunk of response) count += String(chunk).split('\n').length - 1;
        return count;
      };
      const text = async (): Promise<string> => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks).toString();
      };
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        lines,
        text,
        broke: () => broken,
        destroy: () => request.destroy(),
      });
    });
    request.once('error', reject);
  });

/** Polls until `holds`. @throws Error after 30 s */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It did not come to hold within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
