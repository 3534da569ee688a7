/**
 * Runs a command: what it throws is told with how it is used, exit code 1. A signal ends it through its exit handlers,
 * which stop what was started.
 */
export const runCommand = (main: () => Promise<void>, usage: string): void => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  main().catch((error: unknown) => {
    console.error(error);
    console.error(usage);
    process.exitCode = 1;
  });
};
