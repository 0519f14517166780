import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { SelfSigned } from './self-signed';

/** What the server does with one request; nothing given: 200 without a body. */
export interface ScriptedResponse {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
  /** Milliseconds before the headers. */
  readonly delay?: number;
  /** Answers nobody before so many requests have been under way at once. */
  readonly gather?: number;
  /** Sends this many bytes of the body, then breaks the connection. */
  readonly cutAfter?: number;
  /** Sends the body in pieces of one byte, this many milliseconds apart. */
  readonly trickle?: number;
  /** Breaks the connection instead of answering. */
  readonly reset?: boolean;
  /** Repeats the body up to so many bytes, without telling their number where the headers do not. */
  readonly total?: number;
}

/** A request as it came in. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

type Script = readonly ScriptedResponse[] | ((request: ReceivedRequest) => ScriptedResponse);

/** A real HTTP server on this computer that answers each path as it is set up, and 404 otherwise. */
export class ScriptedRegistry {
  readonly requests: ReceivedRequest[] = [];
  /** Bytes of bodies handed to the network. */
  bytesWritten = 0;
  /** The most requests that were under way at once. */
  mostAtOnce = 0;
  /** Connections that are open. */
  connections = 0;
  private atOnce = 0;
  private readonly scripts = new Map<string, Script>();
  private readonly turns = new Map<string, number>();
  private readonly server;
  private readonly ended = new AbortController();

  constructor(identity?: SelfSigned) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      void this.handle(request, response);
    };
    this.server = identity === undefined ? createServer(listener) : createTlsServer(identity, listener);
    this.server.on('connection', (socket: Socket) => {
      this.connections += 1;
      socket.once('close', () => {
        this.connections -= 1;
      });
    });
  }

  /** Starts to listen at a port of its own. */
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** Calls something for each connection that is opened from now on. */
  onConnection(opened: () => void): void {
    this.server.on('connection', opened);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Answers a path (without query) one after the other, the last for good; or as a function says. */
  on(path: string, ...answers: readonly ScriptedResponse[]): this;
  on(path: string, answer: (request: ReceivedRequest) => ScriptedResponse): this;
  on(
    path: string,
    first: ScriptedResponse | ((request: ReceivedRequest) => ScriptedResponse),
    ...more: ScriptedResponse[]
  ): this {
    this.scripts.set(path, typeof first === 'function' ? first : [first, ...more]);
    return this;
  }

  /** The requests whose path begins so. */
  seen(path: string): readonly ReceivedRequest[] {
    return this.requests.filter((request) => request.path.startsWith(path));
  }

  async close(): Promise<void> {
    this.ended.abort();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
    this.requests.push(seen);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await this.answer(this.next(seen), response).catch(() => undefined);
    this.atOnce -= 1;
  }

  private next(request: ReceivedRequest): ScriptedResponse {
    const path = request.path.split('?')[0]!;
    const script = this.scripts.get(path);
    if (typeof script === 'function') {
      return script(request);
    }
    const turn = this.turns.get(path) ?? 0;
    this.turns.set(path, turn + 1);
    return script?.[Math.min(turn, script.length - 1)] ?? { status: 404 };
  }

  /** Waits, and throws where the client or the server has gone meanwhile. */
  private async wait(milliseconds: number, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    await sleepFor(milliseconds, undefined, { signal: AbortSignal.any([gone.signal, this.ended.signal]) });
  }

  private async answer(answer: ScriptedResponse, response: ServerResponse): Promise<void> {
    while (this.mostAtOnce < (answer.gather ?? 0)) {
      await this.wait(1, response);
    }
    await this.wait(answer.delay ?? 0, response);
    if (answer.reset) {
      response.socket?.resetAndDestroy();
      return;
    }
    const body = Buffer.from(answer.body ?? '');
    response.writeHead(answer.status ?? 200, answer.headers);
    if (answer.cutAfter !== undefined) {
      response.write(body.subarray(0, answer.cutAfter), () => response.socket?.destroy());
    } else if (answer.total !== undefined) {
      await this.repeat(body, answer.total, response);
    } else if (answer.trickle !== undefined) {
      for (const byte of body) {
        response.write(Buffer.from([byte]));
        await this.wait(answer.trickle, response);
      }
      response.end();
    } else {
      response.end(body);
    }
  }

  private async repeat(body: Buffer, total: number, response: ServerResponse): Promise<void> {
    while (this.bytesWritten < total && !response.closed) {
      this.bytesWritten += body.length;
      if (!response.write(body)) {
        await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
    }
    response.end();
  }
}
