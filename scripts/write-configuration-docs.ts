/** `npm run config:docs`: writes .env.example and the README's table of variables from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentExample, withConfigurationTable } from './configuration/configuration-docs';

const root = join(__dirname, '..');
const readme = join(root, 'README.md');

writeFileSync(join(root, '.env.example'), environmentExample());
writeFileSync(readme, withConfigurationTable(readFileSync(readme, 'utf8')));
console.log('Wrote .env.example and the table in README.md.');
