'use strict';

const { dirname, isAbsolute, join, resolve, sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');

/** Loads what is shared; it is never torn down. */
let shared;

/**
 * Loads the program and its dependencies once for all test files of a worker, where Jest would load them anew for
 * each: that is some 3000 modules, and took longer than most files' tests. Test files and their support are loaded
 * anew. So a test file must leave the program's modules as it found them; mocking modules does not work here.
 */
module.exports = class SharedRuntime extends Runtime {
  constructor(...parameters) {
    super(...parameters);
    shared ??= new Runtime(...parameters);
    this.ownFolder = join(parameters[0].rootDir, 'test') + sep;
  }

  requireModule(from, name, options, isRequireActual) {
    const isShared = options?.isInternalModule !== true && !this.isOwn(from, name);
    return isShared
      ? shared.requireModule(from, name, options, isRequireActual)
      : super.requireModule(from, name, options, isRequireActual);
  }

  /** For stacks through both; they are looked up, and gone through, as they are then. */
  getSourceMaps() {
    const own = super.getSourceMaps();
    const others = shared.getSourceMaps();
    return {
      get: (file) => own.get(file) ?? others.get(file),
      *[Symbol.iterator]() {
        yield* others;
        yield* own;
      },
    };
  }

  isOwn(from, name = from) {
    const isFile = isAbsolute(name) || name.startsWith('.');
    return isFile && resolve(dirname(from), name).startsWith(this.ownFolder);
  }
};
