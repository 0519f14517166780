import type { OnStep } from '../awstoe/run-phase';
import type { Progress } from './progress';
import type { ReportedStep } from './rehearsal-report';

/** Keeps what was done and how long it took on this computer, and shows it as it happens. */
export class StepLog {
  readonly steps: ReportedStep[] = [];
  private say: (text: string) => void = () => undefined;

  constructor(private readonly progress: Progress) {}

  /** Does a part of the work under a title; a failure is kept and thrown on. */
  async phase<T>(title: string, work: (say: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    const end = (status: ReportedStep['status']) => {
      this.steps.push({ name: title, seconds: secondsSince(started), status });
    };
    try {
      const result = await this.progress.phase(title, (say) => {
        this.say = say;
        return work(say);
      });
      end('done');
      return result;
    } catch (error) {
      end('failed');
      throw error;
    }
  }

  /** Shows a line within the phase that is under way. */
  tell(text: string): void {
    this.say(text);
  }

  /** Keeps the steps of components; to be handed to what runs them. */
  readonly onStep: OnStep = (component, step, result) => {
    if (result === undefined) {
      this.tell(`${component}: ${step}`);
    } else {
      const seconds = Math.round(result.seconds * 1000) / 1000;
      this.steps.push({ name: `${component}: ${step}`, seconds, status: result.status });
    }
  };

  /** Keeps steps that could not be run here. */
  notRun(names: readonly string[]): void {
    this.steps.push(...names.map((name) => ({ name, seconds: 0, status: 'notRun' as const })));
  }
}

function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
