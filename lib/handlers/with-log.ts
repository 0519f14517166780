import type { Log } from './log';

/**
 * A handler whose answers and failures are lines of its log. A failure is thrown on: who called tries again, or tells.
 * `told` names the fields of the answer that the line holds; without it a call that succeeds leaves no line.
 */
export function withLog<Given extends readonly unknown[], Answer>(
  log: Log,
  handler: (...given: Given) => Promise<Answer>,
  told?: (answer: Answer) => Readonly<Record<string, unknown>>,
): (...given: Given) => Promise<Answer> {
  return async (...given) => {
    try {
      const answer = await handler(...given);
      if (told !== undefined) {
        log.info('Answered', told(answer));
      }
      return answer;
    } catch (error) {
      log.error('Failed', error);
      throw error;
    }
  };
}
