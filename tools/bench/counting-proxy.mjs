// Stands between a client and the registry, and counts. A process of its own, so that neither side pays for it in its own
// process. `fork`ed with the registry's address; tells its port, answers `reset` and `count`, and ends with its parent.
import { Agent, createServer, request } from 'node:http';

const registry = new URL(process.argv[2]);
const agent = new Agent({ keepAlive: true });
let requests = 0;
let tlsAttempts = 0;

const server = createServer((incoming, outgoing) => {
  requests += 1;
  const { hostname, port } = registry;
  const { method, url: path } = incoming;
  const forwarded = request(
    { hostname, port, method, path, headers: endToEnd(incoming.headers), agent },
    (answer) => {
      outgoing.writeHead(answer.statusCode, endToEnd(answer.headers));
      answer.pipe(outgoing);
    },
  );
  forwarded.on('error', () => outgoing.destroy());
  incoming.pipe(forwarded);
});

// What is no HTTP: skopeo tries TLS first, also where it need not verify it.
server.on('clientError', (_error, socket) => {
  tlsAttempts += 1;
  socket.destroy();
});

process.on('message', (message) => {
  if (message === 'reset') {
    requests = 0;
    tlsAttempts = 0;
  }
  process.send({ requests, tlsAttempts });
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of a terminal; the parent puts this one away.
process.on('SIGINT', () => undefined);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

/** Headers of the connection are its two ends' own. */
function endToEnd({ connection, 'keep-alive': keepAlive, ...headers }) {
  return headers;
}
