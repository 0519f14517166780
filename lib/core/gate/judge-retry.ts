import type { ImageSet } from '../../contract/documents/catalog';
import { MOST_ATTEMPTS, RETRY_SECONDS, after, toMinute, type Thresholds } from '../../contract/documents/gate-policy';
import type { GateInput } from './gate-input';
import { isOrderOf } from './same-images';

/** What keeps an order from being tried again now. */
export interface RetryJudgement {
  readonly decision: 'wait' | 'needsOperator' | 'nothing';
  readonly reason: string;
}

/**
 * An order that failed is tried once more after an hour; then a person is asked, until one of its inputs changes or a bake is
 * forced. One that a person cancelled, that Image Builder refused, or whose finished image waits for a person is not tried
 * again until then. Undefined where nothing keeps it.
 */
export function judgeRetry(input: GateInput, set: ImageSet, at: Thresholds): RetryJudgement | undefined {
  const { failed, forced } = input;
  const isSame =
    failed !== undefined &&
    isOrderOf(input.catalog, failed.set, set) &&
    failed.recipeArn === input.recipeArn &&
    failed.scriptsSha256 === input.scriptsSha256;
  if (!isSame || forced === true) {
    return undefined;
  }
  if (failed.cancelled === true) {
    const reason = `The bake of ${set.target} was cancelled; it is due again when its set, recipe or scripts change.`;
    return { decision: 'nothing', reason };
  }
  if (failed.refused === true) {
    const reason = `Image Builder refuses to start the bake of ${set.target}, and would again: deploy a pipeline that it takes, then run \`winbake rebake --force\`.`;
    return { decision: 'needsOperator', reason };
  }
  if (failed.awaits !== undefined) {
    const reason = `The image of ${set.target} is finished and waits to be published until an operator accepts "${failed.awaits}".`;
    return { decision: 'needsOperator', reason };
  }
  if (failed.attempt >= MOST_ATTEMPTS) {
    const reason = `The bake of ${set.target} failed ${failed.attempt} times with the same set, recipe and scripts.`;
    return { decision: 'needsOperator', reason };
  }
  const again = after(new Date(failed.at), RETRY_SECONDS);
  return at.passed(again)
    ? undefined
    : {
        decision: 'wait',
        reason: `The bake of ${set.target} failed; it is tried again at ${toMinute(again)}.`,
      };
}
