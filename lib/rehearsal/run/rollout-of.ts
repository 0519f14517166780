import { createRollout } from '../../handlers/rollout';
import type { VirtualClock } from '../clock/virtual-clock';
import type { PretendedFleet } from '../fleet/pretended-fleet';
import { callerOf } from '../iam/role-policies';
import type { PretendedAccount } from './pretended-account';
import type { TemplateFunction } from './template-functions';

/** A fleet of the assembly that follows a channel of the pipeline. */
export interface DeployedFleet {
  readonly rollout: TemplateFunction;
  readonly fleet: PretendedFleet;
}

/** What a rehearsal's fleets work with, besides themselves. */
export interface RolloutStage {
  readonly account: PretendedAccount;
  readonly clock: VirtualClock;
}

/** The rollout function of a fleet on the pretended account; `tell` hears what people are told. */
export function rolloutOf(
  { account, clock }: RolloutStage,
  { fleet, rollout }: DeployedFleet,
  tell: (subject: string, text: string) => void = () => undefined,
) {
  const caller = callerOf(account.stacks, rollout.roleArn);
  const rolling = createRollout(
    {
      control: fleet.control(caller),
      hosts: fleet.hosts(caller),
      parameters: account.parameters.store(caller),
      leases: account.parameters.versioned(caller),
      notifier: {
        tell: (subject, text) => {
          tell(subject, text);
          return Promise.resolve();
        },
      },
      now: () => clock.now(),
      print: () => undefined,
    },
    { ...rollout.environment, AWS_REGION: account.environment.region },
  );
  let requests = 0;
  return () => {
    requests += 1;
    return rolling(`request-${requests}`);
  };
}
