'use strict';

const { TestEnvironment } = require('jest-environment-node');

let shared;

/** Where jest-circus keeps who hears of its events, as `globalThis[...]`: those of one file must not hear of the next one's. */
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');

/**
 * One global object for all test files of a worker, so that what has been loaded for one of them can serve the
 * next one (`shared-runtime.cjs`).
 */
module.exports = class SharedEnvironment extends TestEnvironment {
  constructor(config, context) {
    if (shared !== undefined) {
      delete shared.global[EVENT_HANDLERS];
      return shared;
    }
    super(config, context);
    shared = this;
  }

  /** It ends with its worker. */
  async teardown() {
    this.fakeTimers.useRealTimers();
    this.fakeTimersModern.useRealTimers();
  }
};
