/** The address of a server, as it is reached through this port of 127.0.0.1. */
export const atPort = (url: string, port: number): string => {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.href;
};
