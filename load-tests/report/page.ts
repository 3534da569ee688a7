import { endpointsOf, errorsOf } from './artillery-report';
import { escapeHtml, plotHtml, readable } from './plot';
import { plotsOf } from './plots';
import { type RunRecord, type Verdict } from './run-record';

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:1320px;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{margin-bottom:0}h2{margin-top:2rem}table{border-collapse:collapse}td,th{padding:.25rem .8rem;text-align:left;border-bottom:1px solid #d9dee5}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:1.5rem}
figure{margin:0}figcaption{font-weight:600}small{font-weight:400;color:#5c6773}svg{width:100%;height:auto}
svg text{font-size:11px;fill:#5c6773}.grid{stroke:#e6eaef}.limit{stroke:#555;stroke-dasharray:5 4}polyline{fill:none;stroke-width:1.6}
.legend{margin:0;font-size:13px}.legend span{margin-right:1rem}.legend i{display:inline-block;width:1em;height:3px;margin-right:.4em;vertical-align:middle}
i.limit{background:#555}.held{color:#00694b}.missed{color:#b23c00;font-weight:600}code{background:#f2f4f7;padding:.1rem .3rem}`;

const cell = (text: string, number = false): string =>
  `<td${number ? ' class="n"' : ''}>${escapeHtml(text)}</td>`;
const row = (cells: readonly string[]): string => `<tr>${cells.join('')}</tr>`;
const table = (heads: readonly [string, 'n'?][], rows: readonly string[]): string =>
  `<table><thead><tr>${heads.map(([text, kind]) => `<th${kind ? ' class="n"' : ''}>${escapeHtml(text)}</th>`).join('')}</tr></thead>` +
  `<tbody>${rows.join('')}</tbody></table>`;

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
  const { scenario, description, command, circumstances, artillery, samples, verdicts } = record;
  const moments = [
    ...samples.map(({ at }) => at),
    ...artillery.intermediate.flatMap(({ firstMetricAt, lastMetricAt }) => [
      ...(firstMetricAt === undefined ? [] : [firstMetricAt]),
      ...(lastMetricAt === undefined ? [] : [lastMetricAt]),
    ]),
  ];
  const [begin, end] = moments.length === 0 ? [0, 1] : [Math.min(...moments), Math.max(...moments)];
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
    .map((plot) => plotHtml(plot, begin, end))
    .join('\n')}</div>
</body></html>
`;
};
