import type { Order } from '../../contract/documents/order';
import type { FailedOrder } from './gate-input';

/**
 * Makes an order; its id holds its set and its instant, and it counts up from a failed one with the same inputs. One that was
 * refused was no attempt.
 */
export function newOrder(
  now: Date,
  failed: FailedOrder | undefined,
  inputs: Omit<Order, 'schema' | 'id' | 'attempt'>,
): Order {
  const isAgain =
    failed?.set === inputs.set &&
    failed.recipeArn === inputs.recipeArn &&
    failed.scriptsSha256 === inputs.scriptsSha256;
  const instant = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return {
    schema: 'winbake.order/1',
    id: `${inputs.set}-${instant}`,
    ...inputs,
    attempt: isAgain ? failed.attempt + (failed.refused === true ? 0 : 1) : 1,
  };
}
