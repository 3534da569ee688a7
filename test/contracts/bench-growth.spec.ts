import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCENARIOS } from '../../load-tests/growth/scenarios';
import { SUBJECT_TITLES } from '../../load-tests/growth/subjects';
import { WORDS } from '../../load-tests/growth/words';
import { BuiltProgram } from '../support/program';
import { readPackageManifest, readRepositoryFile, repositoryRoot } from '../support/repository-files';

/** Runs the command as npm does, with the program as it is compiled for tests. */
const run = (...args: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const [, ...command] = (readPackageManifest().scripts['bench:growth'] ?? '').split(' ');
    const { PATH, HOME } = process.env;
    const options = { cwd: repositoryRoot, env: { PATH, HOME }, maxBuffer: 1e8 };
    execFile(process.execPath, [...command, ...args], options, (error, out, err) => {
      if (error === null) resolve(out);
      else reject(new Error(`${error.message}\n${err}`));
    });
  });

let program: BuiltProgram;
let folder: string;
beforeAll(() => {
  program = new BuiltProgram();
  folder = mkdtempSync(join(tmpdir(), 'jobtrail-growth-'));
  // Postgres does not run as root.
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  await program.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('npm run bench:growth', () => {
  it('measures everything at a size, and tells it in tables, a page and plots', async () => {
    const [data, report, plots] = ['data', 'report', 'plots'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const out = await run(
      ...['--quick', '--sizes', '1000', '--seconds', '0.02', '--dist', join(program.folder, 'dist')],
      ...['--data-dir', data, '--report', report, '--svg-dir', plots],
    );
    const page = readFileSync(join(report, 'report.html'), 'utf8');
    expect(readdirSync(data).sort()).toEqual(['1000']);
    for (const { title, name } of SCENARIOS) {
      for (const who of Object.values(SUBJECT_TITLES)) {
        expect(out).toContain(`| ${title}: ${who} |`);
        expect(page).toContain(`<td>${title}: ${who}</td>`);
      }
      for (const file of [`growth-${name}-cpu.svg`, `growth-${name}-p50.svg`])
        expect(readFileSync(join(plots, file), 'utf8')).toMatch(
          /<svg [^]*>1 000<\/text><polyline points="\d/,
        );
      expect(page.split(`<figcaption>${title} <small>`)).toHaveLength(3);
    }
    for (const words of Object.values(WORDS)) expect(out).toContain(`| ${words} (`);
    // Words that are there are found.
    expect(out).toMatch(/\| engineer \([^|]*\| [1-9]/);
    expect(out).toMatch(/\| qqxyzzy \([^|]*\| 0 \|/);
    for (const relation of ['jobs', 'job_status_events', 'ix_job_search_facets (index of job_search)'])
      expect(out).toMatch(new RegExp(`\\| ${relation.replaceAll(/[()]/g, '\\$&')} \\| [1-9]`));
    expect(page).not.toMatch(/<script|<link|<img|src=|href=|url\(|https?:|undefined/i);
    expect(existsSync(join(report, 'figures.json'))).toBe(true);
    // Nothing is left running.
    expect(
      readdirSync(data).filter((size) => existsSync(join(data, size, 'postgres', 'postmaster.pid'))),
    ).toEqual([]);
  });

  it('says how it is used when it is used wrongly', async () => {
    await expect(run('--sizes', '1234')).rejects.toThrow(/multiples of 1000[^]*Usage: npm run bench:growth/);
  });

  it('is described with what it measures', () => {
    const described = readRepositoryFile('load-tests/README.md');
    expect(described).toContain('## growth');
    for (const { name } of SCENARIOS) expect(described).toContain(`\`${name}\``);
  });
});
