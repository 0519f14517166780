// Runs lanes beside each other and the steps of a lane one after another, and shows how far they are.
import { spawn } from 'node:child_process';
import { root } from './test-files.cjs';

/** Without a terminal, how often a line says how far it is. */
const LINE_MILLISECONDS = 15_000;

/**
 * Runs every step, also after a failure, so that one run shows all faults. A step is `{ name, args, env }`; a step of Jest
 * reports its files. Gives `{ failed, passed, failedTests, skipped }`: the names of failed steps, and counts of tests.
 */
export async function runLanes(lanes, out = process.stdout) {
  const progress = new Progress(out);
  const ends = await Promise.all(lanes.map((steps) => runLane(steps, progress)));
  progress.close();
  const steps = ends.flat();
  const sum = (key) => steps.reduce((total, { tests }) => total + (tests?.[key] ?? 0), 0);
  return {
    failed: steps.filter(({ code }) => code !== 0).map(({ name }) => name),
    passed: sum('passed'),
    failedTests: sum('failed'),
    skipped: sum('skipped'),
  };
}

async function runLane(steps, progress) {
  const ends = [];
  for (const step of steps) {
    ends.push(await runStep(step, progress));
  }
  return ends;
}

async function runStep({ name, args, env }, progress) {
  const started = Date.now();
  progress.begin(name);
  let tests;
  const { code, output } = await capture(args, env, (message) => {
    if (message.kind === 'end') {
      tests = message;
      return;
    }
    progress.advance(name, message);
  });
  const isJest = args.some((arg) => arg.includes('progress-reporter'));
  if (isJest && tests === undefined) {
    tests = { passed: 0, failed: 1, skipped: 0 };
  }
  progress.end(name, code, duration(started));
  // The failures of tests were shown as they came.
  if (code !== 0 && !(isJest && tests.failed > 0 && tests.passed > 0)) {
    progress.print(output.trimEnd());
  }
  return { name, code, tests };
}

function capture(args, env, onMessage) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('message', onMessage);
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** One line that is drawn again in a terminal, a line now and then elsewhere; what has ended stays above it. */
class Progress {
  #running = new Map();
  #started = Date.now();
  #lastLine = Date.now();

  constructor(out) {
    this.out = out;
    this.timer = setInterval(() => this.#draw(), out.isTTY ? 1000 : LINE_MILLISECONDS);
  }

  begin(name) {
    this.#running.set(name, '');
    this.#draw();
  }

  advance(name, { done = 0, files, file, failure, skipped = [] }) {
    this.#running.set(name, ` ${done}/${files} files`);
    for (const title of skipped) {
      this.print(`skipped  ${file}: ${title}`);
    }
    if (failure !== undefined) {
      this.print(`FAILED   ${file}\n${failure.trimEnd()}`);
    }
    this.#draw();
  }

  end(name, code, after) {
    const how = this.#running.get(name) ?? '';
    this.#running.delete(name);
    this.print(
      `${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)} ${after}${how === '' ? '' : `, ${how.trim()}`}`,
    );
  }

  print(text) {
    this.out.write(`${this.out.isTTY ? '\r\x1b[K' : ''}${text}\n`);
    this.#draw();
  }

  close() {
    clearInterval(this.timer);
    if (this.out.isTTY) {
      this.out.write('\r\x1b[K');
    }
  }

  #draw() {
    if (this.#running.size === 0) {
      return;
    }
    const lanes = [...this.#running].map(([name, how]) => `${name}${how}`).join(' | ');
    const text = `...     ${duration(this.#started)}  ${lanes}`;
    if (this.out.isTTY) {
      this.out.write(`\r\x1b[K${text.slice(0, (this.out.columns ?? 80) - 1)}`);
    } else if (Date.now() - this.#lastLine >= LINE_MILLISECONDS - 100) {
      this.#lastLine = Date.now();
      this.out.write(`${text}\n`);
    }
  }
}

/** The time since an instant, such as `2 min 05 s`. */
export function duration(since) {
  const seconds = Math.round((Date.now() - since) / 1000);
  const rest = `${seconds % 60} s`;
  return seconds < 60 ? rest : `${Math.floor(seconds / 60)} min ${rest.padStart(4, '0')}`;
}
