/**
 * Loaded into an instance before its program (`node --require`): lets a test set its clock, and have it die in the
 * moment between the commit of a write and its answer. Takes one command a connection on the socket CONTROL_SOCKET:
 * `shift <milliseconds>` or `die`.
 */
const { createServer } = require('node:net');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const RealDate = Date;
let shift = 0;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + shift);
    else super(...parts);
  }
  static now() {
    return RealDate.now() + shift;
  }
};

let dying = false;
/** Statements that commit what a user wrote: the end of a transaction, and an append that is one by itself. */
const commits = ({ text, name }) => text.startsWith('COMMIT') || /^jobs\.append_(one|many)$/.test(name ?? '');

const { Client } = createRequire(join(process.cwd(), 'package.json'))('pg');
const { query } = Client.prototype;
Client.prototype.query = function (...given) {
  const answer = query.apply(this, given);
  const [first] = given;
  const statement =
    typeof first === 'string' ? { text: first } : { text: String(first?.text), name: first?.name };
  if (!dying || !commits(statement) || typeof answer?.then !== 'function') return answer;
  // Added before the program's own listeners, so it hears of the commit before they do.
  return answer.then((result) => {
    process.kill(process.pid, 'SIGKILL');
    return result;
  });
};

createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (data) => {
    const [command, value] = data.toString().trim().split(' ');
    if (command === 'shift') shift = Number(value);
    if (command === 'die') dying = true;
    socket.end('ok');
  });
})
  .listen(process.env.CONTROL_SOCKET)
  .unref();

/** An instance does not outlive the test that started it, however that ended. */
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 500).unref();
