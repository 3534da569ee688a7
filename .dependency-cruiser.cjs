/**
 * The walls between the rooms of `src/` (see docs/architecture.md). Run by `npm run boundaries`, part of `npm test`.
 */
/** A folder of src/ that holds the business; the others carry it. */
const feature = '(?!platform/|config/|schema/|demo/|cache-warming/|worker/|migrate/)([^/]+)/';
const lazyDevelopmentDependencies = '^src/(platform/database/embedded(/|-|\\.ts$)|demo/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or lack a third. Types count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'platform-knows-no-feature',
      comment: 'src/platform and src/config hold no business word, so they import no feature.',
      severity: 'error',
      from: { path: '^src/(platform|config)/' },
      to: { path: '^src/', pathNot: '^src/(platform|config)/' },
    },
    {
      name: 'config-knows-only-config',
      comment: 'The environment is read before anything else exists.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: '^src/config/' },
    },
    {
      name: 'features-through-their-index',
      comment: "A feature's index.ts is its contract; other features import nothing behind it.",
      severity: 'error',
      from: { path: `^src/${feature}` },
      to: { path: `^src/${feature}`, pathNot: ['^src/$1/', `^src/${feature}index\\.ts$`] },
    },
    {
      name: 'root-through-index',
      comment:
        'The composition root (app module, main, schema, demo) follows the same contract as the features.',
      severity: 'error',
      from: { path: '^src/([^/]+\\.ts$|schema/|demo/|cache-warming/|worker/|migrate/)' },
      to: { path: `^src/${feature}`, pathNot: `^src/${feature}index\\.ts$` },
    },
    {
      name: 'src-stands-alone',
      comment: 'The program imports neither its tests nor its load tests nor its scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|load-tests|scripts|ormconfig\\.ts)' },
    },
    {
      name: 'no-development-dependencies',
      comment:
        'The container image has production dependencies alone. The embedded Postgres is loaded lazily.',
      severity: 'error',
      from: { path: '^src/', pathNot: lazyDevelopmentDependencies },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-dependencies',
      comment: 'What is imported is in package.json, not there by luck through another package.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that resolves to nothing.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'require', 'default', 'types'],
    },
  },
};
