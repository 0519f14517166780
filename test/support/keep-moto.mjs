// Runs a server until the process that asked for it has ended: `keep-moto.mjs <program> <port> <process id> <note>`.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [program, port, owner, note] = process.argv.slice(2);
const server = spawn(program, ['-H', '127.0.0.1', '-p', port], { stdio: 'ignore' });
server.once('exit', () => {
  rmSync(note, { force: true });
  process.exit();
});

setInterval(() => {
  try {
    process.kill(Number(owner), 0);
  } catch {
    server.kill();
  }
}, 1000);
