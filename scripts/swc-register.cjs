/**
 * Lets plain `node` run the project's TypeScript: `node -r ./scripts/swc-register.cjs file.ts`.
 *
 * For the tools that load entities or Nest modules (TypeORM's CLI, the OpenAPI writer, the bench). They need the
 * decorator metadata that the build emits; esbuild-based runners such as tsx leave it out.
 */
'use strict';

const { readFileSync } = require('node:fs');
const { Module } = require('node:module');
const { join, sep } = require('node:path');
const { transformSync } = require('@swc/core');

const root = join(__dirname, '..');
const { $schema, ...options } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
const dependencies = `${sep}node_modules${sep}`;

process.setSourceMapsEnabled(true);

Module._extensions['.ts'] = (module, filename) => {
  if (filename.includes(dependencies)) throw new Error(`refusing to compile a dependency: ${filename}`);
  const source = readFileSync(filename, 'utf8');
  const { code } = transformSync(source, { ...options, filename, swcrc: false, sourceMaps: 'inline' });
  module._compile(code, filename);
};
