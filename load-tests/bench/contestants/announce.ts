import { type AddressInfo } from 'node:net';

/** Tells the bench where this server listens; ends it when it is told to. */
export const announce = (address: string | AddressInfo | null): void => {
  process.on('SIGTERM', () => process.exit(0));
  const port = typeof address === 'object' ? address?.port : undefined;
  process.stderr.write(`http://127.0.0.1:${port ?? 0}/\n`);
};
