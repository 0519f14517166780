import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How AWS answers: an error by name and message. */
export interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

/** What is asked of every service; `sts` tells who calls unless it refuses as well. */
export interface RefusingAws {
  readonly sts?: Refusal;
  readonly others: Refusal;
}

/** A server that refuses as AWS does, in the form of the protocol that it is asked in. */
export async function withRefusingAws<T>(
  { others, sts }: RefusingAws,
  work: (endpoint: string) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const isCaller = body.includes('Action=GetCallerIdentity');
      if (isCaller && sts === undefined) {
        response.setHeader('content-type', 'text/xml');
        response.end(CALLER);
        return;
      }
      const { message, name, status } = isCaller ? (sts ?? others) : others;
      response.statusCode = status;
      if (request.headers['x-amz-target'] !== undefined || !body.includes('Action=')) {
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.setHeader('x-amzn-errortype', name);
        response.end(JSON.stringify({ __type: name, message }));
      } else {
        const error = `<Error><Code>${name}</Code><Message>${message}</Message></Error>`;
        response.setHeader('content-type', 'text/xml');
        response.end(
          body.includes('Version=2016-11-15')
            ? `<Response><Errors>${error}</Errors></Response>`
            : `<ErrorResponse>${error}</ErrorResponse>`,
        );
      }
    });
  });
  try {
    return await work(await listening(server));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const CALLER =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
  '<Arn>arn:aws:sts::123456789012:assumed-role/operator/ann</Arn><UserId>x</UserId><Account>123456789012</Account>' +
  '</GetCallerIdentityResult></GetCallerIdentityResponse>';

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
  }
  return body;
}
