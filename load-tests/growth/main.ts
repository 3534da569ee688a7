import { join } from 'node:path';
import { runCommand } from '../bench/command';
import { buildProgram } from '../bench/program';
import { type SizeFigures } from './figures';
import { measureSize } from './measure-size';
import { parseOptions, USAGE } from './options';
import { sizeTable } from './size-tables';
import { tableText } from './table';
import { tablesOf, writeReport } from './write-report';

const main = async (): Promise<void> => {
  const options = parseOptions(process.argv.slice(2));
  buildProgram(options);
  const sizes: SizeFigures[] = [];
  for (const jobs of options.sizes) {
    const figures = await measureSize(jobs, options);
    sizes.push(figures);
    console.log(tableText(sizeTable(figures)));
    // The next size may take an hour, or fail: what is known is kept.
    writeReport(sizes, options);
  }
  for (const table of tablesOf(sizes)) console.log(tableText(table));
  console.log(`Report: ${join(options.report, 'report.html')}`);
};

runCommand(main, USAGE);
