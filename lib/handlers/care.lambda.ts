/**
 * Takes care of a pipeline every 15 minutes. The construct runs it with `{ "trigger": "schedule" }` and the variables of
 * `CareEnvironment`; so far there is nothing that it takes care of.
 */
export const handler = (event: unknown): Promise<{ readonly done: readonly string[] }> => {
  const trigger =
    typeof event === 'object' && event !== null && 'trigger' in event ? event.trigger : undefined;
  return trigger === 'schedule'
    ? Promise.resolve({ done: [] })
    : Promise.reject(
        new Error(`An event of care has the trigger 'schedule'; got: ${JSON.stringify(trigger)}.`),
      );
};
