import { plotFile } from './plot';
import { plotsOf } from './plots';
import { runAxis } from './run-axis';
import { type RunRecord } from './run-record';

/** The plots of a run as SVG files by their names: `soak-memory.svg` of the plot `Memory` of `soak`. */
export const plotFiles = (record: RunRecord): Map<string, string> => {
  const axis = runAxis(record);
  return new Map(
    plotsOf(record).map((plot) => {
      const name = plot.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
      return [`${record.scenario}-${name}.svg`, plotFile(plot, axis)];
    }),
  );
};
