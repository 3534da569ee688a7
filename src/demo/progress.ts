/** Told how much is done, from 0 to 1. */
export type Progress = (done: number) => void;

/** Runs `work` with a progress bar on a terminal, elsewhere with a line for each quarter, on standard error. */
export const withProgress = <T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> =>
  process.stderr.isTTY ? withBar(title, work) : withLines(title, work);

const withBar = async <T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> => {
  // A development dependency: loaded only here, so that the program runs without it.
  const { Presets, SingleBar } = await import('cli-progress');
  const bar = new SingleBar(
    { format: `${title} {bar} {percentage}% {duration_formatted}`, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(100, 0);
  try {
    return await work((done) => bar.update(Math.floor(done * 100)));
  } finally {
    bar.stop();
  }
};

const withLines = <T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> => {
  let told = 0;
  return work((done) => {
    const quarters = Math.floor(done * 4);
    if (quarters <= told) return;
    told = quarters;
    process.stderr.write(`${title}: ${quarters * 25}%\n`);
  });
};
