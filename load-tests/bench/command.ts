/** A command of the load tests. */
export interface Command<Options> {
  /** What `--help` prints. */
  usage: string;
  /** @throws Error that says which argument is wrong */
  parse: (args: string[]) => Options;
  main: (options: Options) => Promise<void>;
}

/** Exit code of a command that was used wrongly. */
const USED_WRONGLY = 2;

/**
 * Runs a command with the arguments of this process. Wrong ones are told with how it is used; what fails later is told
 * whole, exit code 1. A signal ends it through its exit handlers, which stop what was started.
 */
export const runCommand = <Options>({ usage, parse, main }: Command<Options>): void => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    return;
  }
  const options = parsed(parse, args, usage);
  if (options === undefined) return;
  main(options.parsed).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
};

const parsed = <Options>(
  parse: Command<Options>['parse'],
  args: string[],
  usage: string,
): { parsed: Options } | undefined => {
  try {
    return { parsed: parse(args) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = USED_WRONGLY;
    return undefined;
  }
};
