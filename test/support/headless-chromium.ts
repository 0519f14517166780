import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { findOnPath } from '../../sim/windows/powershell/find-powershell';
import tools from '../../tools/build/outside-tools.json';

/** What Chromium answers to a command, or reports by itself. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/**
 * A tab of headless Chromium, spoken to over pipes.
 * @see https://chromedevtools.github.io/devtools-protocol/
 */
export class ChromiumTab {
  /** What it has told since the last `forget`. */
  events: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[] = [];
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly commands: Writable;
  private sessionId: string | undefined;
  private lastId = 0;
  private rest = '';

  private constructor(private readonly browser: ChildProcess) {
    this.commands = browser.stdio[3] as Writable;
    (browser.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const parts = `${this.rest}${text}`.split('\0');
      this.rest = parts.pop() ?? '';
      parts.forEach((part) => {
        this.receive(JSON.parse(part) as Message);
      });
    });
  }

  /** Starts a browser with a profile in an empty folder. */
  static async open(profile: string): Promise<ChromiumTab> {
    const command = findOnPath('chromium');
    if (command === undefined) {
      throw new Error(`chromium is needed; got: none. Install it: ${tools.chromium.install}`);
    }
    const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
    const browser = spawn(command, [...args, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const tab = new ChromiumTab(browser);
    const { targetId } = await tab.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await tab.send('Target.attachToTarget', { targetId, flatten: true });
    tab.sessionId = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) {
      await tab.send(`${domain}.enable`);
    }
    return tab;
  }

  /** Sends a command and gives its result. */
  send(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.lastId;
    const { sessionId } = this;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ error, result = {} }) => {
        if (error === undefined) {
          resolve(result);
        } else {
          reject(new Error(`${method}: ${error.message}`));
        }
      });
      this.commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** Loads an address and waits until all of it is there. */
  async load(url: string): Promise<void> {
    this.events = [];
    await this.send('Page.navigate', { url });
    while (!this.events.some(({ method }) => method === 'Page.loadEventFired')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { exceptionDetails, result } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(JSON.stringify(exceptionDetails));
    }
    return (result as { readonly value: T }).value;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.browser.once('exit', resolve));
    this.sessionId = undefined;
    await this.send('Browser.close');
    await ended;
  }

  private receive(message: Message): void {
    if (message.id === undefined) {
      this.events.push({ method: message.method ?? '', params: message.params ?? {} });
    } else {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    }
  }
}
