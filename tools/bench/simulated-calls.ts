import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { userOf } from '../../sim/account/principal';
import { accountsOfStacks } from '../../sim/account/services/accounts-of-stacks';
import { spreadOf, type Spread } from './statistics';

const CALLS = 5000;

/**
 * Microseconds of one call by a real client to a simulated account: rights, model, service and the SDK's own part. Years are
 * simulated on it, so that it should stay below 50.
 */
export async function measureSimulatedCalls(rounds: number): Promise<Spread> {
  const now = new Date(0);
  const place = { account: '123456789012', region: 'us-east-1' };
  const { accounts, ssm } = accountsOfStacks({ stacks: [], now: () => now });
  ssm.publish(place, '/winbake/a', 'a', now);
  const caller = userOf(place.account, 'bench', [{ Effect: 'Allow', Action: 'ssm:Get*', Resource: '*' }]);
  const client = new SSMClient({ region: place.region });
  const end = accounts.install();
  try {
    const samples: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const started = performance.now();
      await accounts.as(caller, place.region, async () => {
        for (let call = 0; call < CALLS; call += 1) {
          await client.send(new GetParameterCommand({ Name: '/winbake/a' }));
        }
      });
      samples.push(((performance.now() - started) * 1000) / CALLS);
    }
    // A first round compiles.
    return spreadOf(samples.slice(1));
  } finally {
    end();
  }
}
