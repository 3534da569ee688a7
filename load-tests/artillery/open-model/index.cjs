/** What Artillery loads: the engine is TypeScript, which the project's own hook compiles. */
'use strict';

require('../../../scripts/swc-register.cjs');
module.exports = require('./engine.ts').OpenModelEngine;
