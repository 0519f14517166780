import { WinbakeError } from '../../contract/values/errors';
import type { ClusterProviders, ProviderAssociation } from '../ports/fleets';

/** Which capacity provider belongs to which cluster, or leaves it. */
export interface AssociationRequest {
  readonly cluster: string;
  readonly provider: string;
  readonly change: 'associate' | 'dissociate';
  /** As the tag of the provider names it. */
  readonly id: string;
  /** What has not come by then is an error. */
  readonly until: Date;
}

/** What one step came to; it is repeated until it is done. */
export interface AssociationStep {
  readonly isDone: boolean;
  readonly reason: string;
}

/**
 * The next step to associate a capacity provider with a cluster, or to take it out; it may end anywhere. ECS takes the whole list of a
 * cluster's providers, which others write too: all others and the default strategy are kept as they are read, and only a later
 * reading counts. ECS itself takes no second change while one is under way.
 *
 * A provider whose tag names another association stays: the cluster's own association has it now.
 *
 * Throws a `WinbakeError` where there is no such cluster, and once the time is over.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
 */
export async function associateProvider(
  association: ProviderAssociation,
  request: AssociationRequest,
  now: Date,
): Promise<AssociationStep> {
  const step =
    request.change === 'associate'
      ? await associate(association, request)
      : await dissociate(association, request);
  if (!step.isDone && now >= request.until) {
    const { cluster, provider } = request;
    throw new WinbakeError(
      'AWS_FAILED',
      request.change === 'associate'
        ? `The capacity provider ${provider} could not be associated with the cluster ${cluster}; got: '${step.reason}'. Deploy again ` +
            'once nothing else changes the providers of the cluster.'
        : `The capacity provider ${provider} could not be taken out of the cluster ${cluster}; got: '${step.reason}'. Give its services ` +
            'another strategy, or delete them, stop its tasks, and try again.',
    );
  }
  return step;
}

async function associate(
  association: ProviderAssociation,
  { cluster, provider }: AssociationRequest,
): Promise<AssociationStep> {
  const found = await association.describeCluster();
  if (found === undefined) {
    throw new WinbakeError(
      'AWS_FAILED',
      `The cluster ${cluster} does not exist in this account and region, so that no capacity provider can be associated with it. ` +
        'Name one that does.',
    );
  }
  if (found.status === 'UPDATE_IN_PROGRESS') {
    return UNDER_WAY;
  }
  const { defaultStrategy, providers, status } = found;
  const isListed = providers.includes(provider);
  if (isListed && status !== 'UPDATE_FAILED') {
    return { isDone: true, reason: 'the capacity provider is associated' };
  }
  return put(association, { defaultStrategy, providers: isListed ? providers : [...providers, provider] });
}

async function dissociate(
  association: ProviderAssociation,
  { id, provider }: AssociationRequest,
): Promise<AssociationStep> {
  const owner = await association.associatedBy();
  if (owner !== id) {
    return { isDone: true, reason: `the capacity provider is kept: its association is ${owner ?? 'none'}` };
  }
  const found = await association.describeCluster();
  if (found === undefined) {
    return { isDone: true, reason: 'the cluster is gone' };
  }
  if (found.status === 'UPDATE_IN_PROGRESS') {
    return UNDER_WAY;
  }
  const { defaultStrategy, providers } = found;
  if (!providers.includes(provider)) {
    return { isDone: true, reason: 'the cluster does not have the capacity provider' };
  }
  return put(association, {
    providers: providers.filter((one) => one !== provider),
    // ECS takes no strategy with a provider that is not associated.
    defaultStrategy: defaultStrategy.filter((one) => one.capacityProvider !== provider),
  });
}

const UNDER_WAY: AssociationStep = {
  isDone: false,
  reason: 'the providers of the cluster are being changed',
};

async function put(
  association: ProviderAssociation,
  wanted: Omit<ClusterProviders, 'status'>,
): Promise<AssociationStep> {
  const refusal = await association.putProviders(wanted);
  return { isDone: false, reason: refusal ?? 'the providers of the cluster have been written' };
}
