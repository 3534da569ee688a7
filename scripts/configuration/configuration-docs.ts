import { environmentVariables, type VariableName } from '../../src/config';

/** What is written of one variable. */
interface VariableDoc {
  name: VariableName;
  /** Value it has when it is not set, as text for people; empty where there is none. */
  fallback: string;
  meaning: string;
  example: string;
}

/** The default as the schema itself gives it, so that the documentation cannot differ from it. */
const schemaDefault = (name: VariableName): string => {
  const value = environmentVariables[name].schema.parse(undefined);
  return value === undefined ? '' : String(value);
};

const variableDocs = (): VariableDoc[] =>
  (Object.keys(environmentVariables) as VariableName[]).map((name) => {
    const variable: { meaning: string; example: string; defaultText?: string } = environmentVariables[name];
    const { meaning, example, defaultText } = variable;
    return { name, fallback: defaultText ?? schemaDefault(name), meaning, example };
  });

/** The text of `.env.example`: every variable with its meaning and default, commented out. */
export const environmentExample = (): string => {
  const head = [
    '# Every variable of Jobtrail; none has to be set to try it. Copy this file to `.env` and uncomment what you need.',
    '# Written by `npm run config:docs` from src/config/environment.ts.',
  ];
  const entries = variableDocs().map(({ name, fallback, meaning, example }) =>
    [
      '',
      `# ${meaning.replaceAll('`', '')}`,
      `# Default: ${fallback === '' ? 'not set' : fallback.replaceAll('`', '')}`,
      `# ${name}=${example}`,
    ].join('\n'),
  );
  return `${[...head, ...entries].join('\n')}\n`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The README's table. */
export const configurationTable = (): string => {
  const rows = variableDocs().map(({ name, fallback, meaning, example }) => {
    const shown = fallback === '' ? '' : hasWords(name) ? fallback : `\`${fallback}\``;
    return `| \`${name}\` | ${cell(shown)} | ${cell(meaning)} | \`${cell(example)}\` |`;
  });
  return ['| variable | default | meaning | example |', '| --- | --- | --- | --- |', ...rows].join('\n');
};

/** Whether the default is told in words instead of being a value one could set. */
const hasWords = (name: VariableName): boolean => 'defaultText' in environmentVariables[name];

const MARKED = /(<!-- configuration -->)[\s\S]*?(<!-- \/configuration -->)/;

/**
 * A page with the table between its markers `<!-- configuration -->` and `<!-- /configuration -->`.
 * @throws Error where the markers are missing
 */
export const withConfigurationTable = (page: string): string => {
  if (!MARKED.test(page)) throw new Error('The markers <!-- configuration --> are missing.');
  return page.replace(
    MARKED,
    (_all, open: string, close: string) =>
      `${open}\n<!-- prettier-ignore-start -->\n\n${configurationTable()}\n\n<!-- prettier-ignore-end -->\n${close}`,
  );
};
