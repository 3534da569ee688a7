import { join } from 'node:path';
import { runCommand } from '../bench/command';
import { buildProgram } from '../bench/program';
import { type SizeFigures } from './figures';
import { measureSize } from './measure-size';
import { parseOptions, USAGE, type GrowthOptions } from './options';
import { readFigures } from './read-figures';
import { sizeTable } from './size-tables';
import { tableText } from './table';
import { isMissed } from './verdicts';
import { tablesOf, writeReport } from './write-report';

const measure = async (options: GrowthOptions): Promise<SizeFigures[]> => {
  buildProgram(options);
  const sizes: SizeFigures[] = [];
  for (const jobs of options.sizes) {
    const figures = await measureSize(jobs, options);
    sizes.push(figures);
    console.log(tableText(sizeTable(figures)));
    // The next size may take an hour, or fail: what is known is kept.
    writeReport(sizes, options);
  }
  return sizes;
};

const main = async (options: GrowthOptions): Promise<void> => {
  const { from, quick, report } = options;
  const sizes = from === undefined ? await measure(options) : readFigures(from);
  if (from !== undefined) writeReport(sizes, options);
  const tables = tablesOf(sizes);
  for (const table of tables) console.log(tableText(table));
  console.log(`Report: ${join(report, 'report.html')}`);
  const missed = tables.some(({ rows }) => rows.some((cells) => isMissed(cells.at(-1) ?? '')));
  if (quick) console.log('With --quick nothing is decided.');
  else if (missed) process.exitCode = 1;
};

runCommand({ usage: USAGE, parse: parseOptions, main });
