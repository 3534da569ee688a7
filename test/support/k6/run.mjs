/**
 * Runs a script for k6 in Node as one virtual user, twice, with the environment as `__ENV`:
 * `node test/support/k6/run.mjs script.js`. Prints JSON: what was called, checked, slept; and the script's options.
 */
import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const script = pathToFileURL(resolve(process.argv[2])).href;
globalThis.__ENV = { ...process.env };
register('./load-hooks.mjs', { parentURL: import.meta.url, data: { script } });

const { default: round, options, setup } = await import(script);
const { checks, sleeps } = await import('k6');
const { calls } = await import('k6/http');
// What setup gives goes to the users as JSON.
const data = JSON.parse(JSON.stringify(setup?.() ?? null));
for (let times = 0; times < 2; times += 1) round(data);
console.log(JSON.stringify({ options, calls, checks, sleeps }));
