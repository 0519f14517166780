import type { ServerResponse } from 'node:http';
import type { RegistryReply } from './registry-reply';

/** Sends an answer, after its delay and up to its ending; a HEAD gets the headers only. */
export function sendReply(response: ServerResponse, method: string, reply: RegistryReply): void {
  if (reply.delayMilliseconds === undefined) {
    sendNow(response, method, reply);
  } else {
    setTimeout(() => {
      sendNow(response, method, reply);
    }, reply.delayMilliseconds).unref();
  }
}

function sendNow(response: ServerResponse, method: string, reply: RegistryReply): void {
  if (reply.ending === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'Docker-Distribution-Api-Version': 'registry/2.0',
    ...reply.headers,
    'Content-Length': String(reply.declaredBytes ?? body.length),
  });
  if (method === 'HEAD') {
    response.end();
  } else if (reply.ending === 'halfway') {
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  } else {
    response.end(body);
  }
}
