import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logAxis } from '../report/axis';
import { STYLE } from '../report/html';
import { plotFile, plotHtml } from '../report/plot';
import { type SizeFigures } from './figures';
import { cpuTable, latencyTable, measuredScenarios, searchTable, wordsTable } from './growth-tables';
import { type GrowthOptions } from './options';
import { plotsOf } from './plots';
import { relationsTable, sizeTable } from './size-tables';
import { tableHtml, type Table } from './table';

/** The tables over all sizes. */
export const tablesOf = (sizes: readonly SizeFigures[]): Table[] => {
  const searched = measuredScenarios(sizes).some(({ name }) => name === 'search');
  return [
    cpuTable(sizes),
    latencyTable(sizes),
    ...(searched ? [searchTable(sizes), wordsTable(sizes)] : []),
    relationsTable(sizes),
  ];
};

/** The report as one HTML file that loads nothing from anywhere. */
export const growthPage = (sizes: readonly SizeFigures[]): string => {
  const axis = logAxis(sizes.map(({ jobs }) => jobs));
  const plots = plotsOf(sizes).map(({ plot }) => plotHtml(plot, axis));
  const tables = [...tablesOf(sizes), ...sizes.map(sizeTable)].map(tableHtml);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Growth</title><style>${STYLE}</style></head><body>
<h1>What more jobs cost</h1>
<p><code>npm run bench:growth</code></p>
<h2>Against the number of jobs</h2>
<div class="plots">${plots.join('\n')}</div>
${tables.join('\n')}
</body></html>
`;
};

/** Writes the page, the figures and a file for each plot. */
export const writeReport = (
  sizes: readonly SizeFigures[],
  { report, svgDir }: Pick<GrowthOptions, 'report' | 'svgDir'>,
): void => {
  for (const folder of [report, svgDir]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(report, 'report.html'), growthPage(sizes));
  writeFileSync(join(report, 'figures.json'), `${JSON.stringify(sizes, undefined, 2)}\n`);
  const axis = logAxis(sizes.map(({ jobs }) => jobs));
  for (const { file, plot } of plotsOf(sizes)) writeFileSync(join(svgDir, file), plotFile(plot, axis));
};
