'use strict';

/** How many go on together. */
const TWENTY = 20;

let waiting = [];

/** Holds a virtual user until twenty are there, so that they go on at the same moment. */
exports.meetTwenty = (_context, _events, done) => {
  waiting.push(done);
  if (waiting.length < TWENTY) return;
  const all = waiting;
  waiting = [];
  for (const goOn of all) goOn();
};
