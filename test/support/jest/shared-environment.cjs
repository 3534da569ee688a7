'use strict';

const { TestEnvironment } = require('jest-environment-node');

let shared;

/**
 * One global object for all test files of a worker, so that what has been loaded for one of them can serve the
 * next one (`shared-runtime.cjs`).
 */
module.exports = class SharedEnvironment extends TestEnvironment {
  constructor(config, context) {
    if (shared !== undefined) return shared;
    super(config, context);
    shared = this;
  }

  /** It ends with its worker. */
  async teardown() {
    this.fakeTimers.useRealTimers();
    this.fakeTimersModern.useRealTimers();
  }
};
