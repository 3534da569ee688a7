import { escapeHtml } from './readable';

/** Of the pages of reports. */
export const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:1320px;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{margin-bottom:0}h2{margin-top:2rem}table{border-collapse:collapse}td,th{padding:.25rem .8rem;text-align:left;border-bottom:1px solid #d9dee5}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:1.5rem}
figure{margin:0}figcaption{font-weight:600}small{font-weight:400;color:#5c6773}svg{width:100%;height:auto}
svg text{font-size:11px;fill:#5c6773}.grid{stroke:#e6eaef}.limit{stroke:#555;stroke-dasharray:5 4}polyline{fill:none;stroke-width:1.6}
.legend{margin:0;font-size:13px}.legend span{margin-right:1rem}.legend i{display:inline-block;width:1em;height:3px;margin-right:.4em;vertical-align:middle}
i.limit{background:#555}.held{color:#00694b}.missed{color:#b23c00;font-weight:600}code{background:#f2f4f7;padding:.1rem .3rem}`;

/** A cell of text, or of a number. */
export const cell = (text: string, number = false): string =>
  `<td${number ? ' class="n"' : ''}>${escapeHtml(text)}</td>`;
/** A row of cells. */
export const row = (cells: readonly string[]): string => `<tr>${cells.join('')}</tr>`;
/** A table with its heads; `n` marks those of numbers. */
export const table = (heads: readonly [string, 'n'?][], rows: readonly string[]): string =>
  `<table><thead><tr>${heads.map(([text, kind]) => `<th${kind ? ' class="n"' : ''}>${escapeHtml(text)}</th>`).join('')}</tr></thead>` +
  `<tbody>${rows.join('')}</tbody></table>`;
