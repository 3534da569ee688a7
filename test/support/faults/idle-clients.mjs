/**
 * Opens so many connections to a server, sends one request on each, and then leaves them idle.
 * `node idle-clients.mjs <port> <connections>`: prints `open <n> <answered>` once all are answered or have failed; ends
 * with its standard input.
 */
import { connect } from 'node:net';

const [port, wanted] = process.argv.slice(2).map(Number);

/** Connections that are being opened at a time: fewer than the system lets wait at the door. */
const AT_ONCE = 100;

const sockets = new Set();
let [begun, answered, failed] = [0, 0, 0];

const next = () => {
  if (answered + failed === wanted) process.stdout.write(`open ${sockets.size} ${answered}\n`);
  if (begun === wanted) return;
  begun += 1;
  const socket = connect(port, '127.0.0.1');
  let pending = true;
  const settle = (good) => {
    if (!pending) return;
    pending = false;
    if (good) answered += 1;
    else failed += 1;
    next();
  };
  socket.once('connect', () => {
    sockets.add(socket);
    socket.write('GET /api/health/live HTTP/1.1\r\nHost: idle\r\n\r\n');
  });
  socket.once('data', () => settle(true));
  socket.on('error', () => settle(false));
  socket.once('close', () => {
    sockets.delete(socket);
    settle(false);
  });
};

for (let n = 0; n < Math.min(AT_ONCE, wanted); n++) next();
process.stdin.once('end', () => process.exit(0)).resume();
