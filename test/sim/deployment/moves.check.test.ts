import type { AssemblyStack } from '../../../sim/aws/cloudformation/assembly';
import { balancedApp, type BalancedAppOptions } from '../../support/deployment/balanced-app';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';
import { deployedIn, requestThrough } from '../../support/request-through';

const MINUTE = 60;
const FIRST = 'cluster-2022-core';
const SECOND = 'shop-b';

/** An account with a pipeline, in which an app changes. */
class Shop extends DeploymentWorld {
  readonly get = () =>
    requestThrough(deployedIn(this.account, this.account.environment), { path: '/' }, () => 200);

  async become(options: BalancedAppOptions): Promise<void> {
    const [stack] = balancedApp(options) as [AssemblyStack];
    await this.deployment(() => this.account.deploy(stack));
  }

  instancesOf(fleet: string): readonly string[] {
    return this.account.fleets
      .at(this.account.environment)
      .filter(({ group }) => group.name === `winbake-${fleet}`)
      .flatMap(({ instances }) => instances.map(({ id }) => id));
  }

  names(): readonly string[] {
    return [...this.account.formation.living].map(({ logicalId, type }) => `${type} ${logicalId}`);
  }
}

async function inShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  const shop = new Shop();
  await shop.run(async () => {
    await shop.deployment(() => shop.account.deploy(release({ command: 'exit 0' }).platform));
    await work(shop);
  });
}

test('a fleet is replaced as docs/fleets.md says, and requests are answered all the time', async () => {
  await inShop(async (shop) => {
    const steps: readonly BalancedAppOptions[] = [
      {},
      { fleets: [FIRST, SECOND] },
      { fleets: [FIRST, SECOND], servedBy: SECOND },
      { fleets: [SECOND], servedBy: SECOND },
    ];
    for (const step of steps) {
      await shop.become(step);
      expect([step, shop.get()]).toEqual([step, 200]);
      await shop.clock.pass(20 * MINUTE);
      expect([step, shop.get()]).toEqual([step, 200]);
    }
    expect(shop.instancesOf(FIRST)).toEqual([]);
    expect(shop.instancesOf(SECOND)).toHaveLength(2);
    expect(shop.names().filter((name) => / Windows[A-Z]/.test(name))).toEqual([]);
  });
});

test('hosts stay as docs/fleets.md says when their fleet is left, and go on to serve', async () => {
  await inShop(async (shop) => {
    await shop.become({});
    await shop.clock.pass(20 * MINUTE);
    const hosts = shop.instancesOf(FIRST);
    const rolling = () => shop.names().filter((name) => /WinbakeFleetsRollout/.test(name));
    expect(rolling()).not.toEqual([]);
    await shop.become({ isKept: true });
    const [provider] = shop.account.living('AWS::ECS::CapacityProvider');
    await shop.become({ isKept: true, fleets: [], servedBy: provider!.reference });
    expect(shop.instancesOf(FIRST)).toEqual(hosts);
    expect(shop.get()).toBe(200);
    await shop.clock.pass(24 * 60 * MINUTE);
    // Nothing of Winbake rolls them any more.
    expect(rolling()).toEqual([]);
    expect(shop.instancesOf(FIRST)).toEqual(hosts);
    expect(shop.get()).toBe(200);
  });
});
