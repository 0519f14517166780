/**
 * Carries out a person's word: the verbs that change something. The construct gives it the variables of
 * `OperateEnvironment` and the alias `accept`, through which only that verb may be called; so far it knows no verb.
 */
export const handler = (event: unknown): Promise<never> => {
  const verb = typeof event === 'object' && event !== null && 'verb' in event ? event.verb : undefined;
  return Promise.reject(
    new Error(`This deployment knows no verb; got: ${JSON.stringify(verb)}. Deploy the pipeline again.`),
  );
};
