import { endpointsOf, errorsOf } from './artillery-report';
import { cell, row, STYLE, table } from './html';
import { plotHtml } from './plot';
import { plotsOf } from './plots';
import { profileTables } from './profile-tables';
import { escapeHtml, readable } from './readable';
import { runAxis } from './run-axis';
import { type RunRecord, type Verdict } from './run-record';

const verdictRow = ({ what, held, binding, measured }: Verdict): string =>
  row([
    cell(what),
    cell(measured === undefined ? '' : readable(measured), true),
    `<td class="${held ? 'held' : 'missed'}">${held ? 'held' : 'missed'}${binding ? '' : ' (decides nothing)'}</td>`,
  ]);

/** Whether every threshold that decides has held. */
export const hasPassed = (verdicts: readonly Verdict[]): boolean =>
  verdicts.every(({ held, binding }) => held || !binding);

/** The report of a run as one HTML file that loads nothing from anywhere. */
export const reportPage = (record: RunRecord): string => {
  const { scenario, description, command, circumstances, artillery, verdicts } = record;
  const axis = runAxis(record);
  const passed = hasPassed(verdicts);
  const endpoints = endpointsOf(artillery).map(({ name, codes, times }) =>
    row([
      cell(name),
      cell(readable(times.count), true),
      ...[times.mean ?? Number.NaN, times.p50, times.p95, times.p99, times.max ?? Number.NaN].map((value) =>
        cell(readable(value), true),
      ),
      cell(
        Object.entries(codes)
          .map(([code, count]) => `${code}: ${readable(count)}`)
          .join(', '),
      ),
    ]),
  );
  const errors = errorsOf(artillery).map(([name, count]) => row([cell(name), cell(readable(count), true)]));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Load: ${escapeHtml(scenario)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(scenario)} <span class="${passed ? 'held' : 'missed'}">${passed ? 'passed' : 'failed'}</span></h1>
<p>${escapeHtml(description)}</p>
<p><code>${escapeHtml(command)}</code></p>
<ul>${circumstances.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>
<h2>Thresholds</h2>
${table([['threshold'], ['measured', 'n'], ['']], verdicts.map(verdictRow))}
<h2>Requests</h2>
${table([['request'], ['answers', 'n'], ['mean ms', 'n'], ['p50', 'n'], ['p95', 'n'], ['p99', 'n'], ['max', 'n'], ['status']], endpoints)}
${errors.length === 0 ? '<p>No errors.</p>' : `<h2>Errors</h2>${table([['what'], ['how often', 'n']], errors)}`}
<h2>Over time</h2>
<div class="plots">${plotsOf(record)
    .map((plot) => plotHtml(plot, axis))
    .join('\n')}</div>
${record.profile === undefined ? '' : profileTables(record.profile)}
</body></html>
`;
};
