/** Told how much is done, from 0 to 1. */
export type Progress = (done: number) => void;

/** Runs `work` with a progress bar on the terminal; elsewhere than on a terminal nothing is drawn. */
export const withProgress = async <T>(
  title: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> => {
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
