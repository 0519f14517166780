import type { OperatorOverride } from '../../../lib/contract/documents/overrides';
import type { OperateRequest } from '../../../lib/contract/documents/operate-request';
import type { ObservedFleet } from '../fleet-truth';
import { PIPELINE, type AccountInstallation } from './account-installation';
import type { AccountRate } from './account-rates';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BY = { by: 'ops', reason: 'by hand', dryRun: false };

/** The stacks with fleets, which their teams deploy. */
const STACKS = ['Shop', 'Store'];

/** What people work with. */
export interface AccountPeopleOptions {
  readonly installation: AccountInstallation;
  readonly rate: (kind: AccountRate) => number;
  readonly randomOf: (...names: readonly (string | number)[]) => () => number;
  /** A team mends what made a publication fail on its fleet. */
  readonly mend: (fleet: string, amiId: string) => void;
}

/** People who hold, revoke, roll back and deploy by chance, and answer some of the notices that they get. */
export class AccountPeople {
  private messages = 0;
  private deployments = 0;
  private readonly busy = new Set<string>();

  constructor(private readonly options: AccountPeopleOptions) {}

  planMonth(from: number, until: number): void {
    const { installation } = this.options;
    const days = (random: () => number) =>
      new Date(installation.now + (0.5 + random() * 5) * DAY).toISOString();
    const plan = (kind: AccountRate, of: string, work: (random: () => number) => Promise<unknown>) => {
      const random = this.options.randomOf(kind, of, from);
      if (random() < this.options.rate(kind)) {
        // Half of it comes in the days in which rollouts are under way.
        const at = from + random() * (random() < 0.5 ? 2 * DAY : until - from);
        installation.at(at, async () => {
          await work(random);
        });
      }
    };
    installation.fleets.forEach((fleet) => {
      const { name } = fleet.plan;
      plan('fleetHold', name, (random) =>
        installation.setOverrides(fleet, { hold: this.override((0.2 + random() * 6) * DAY) }),
      );
      plan('floor', name, () => this.setFloor(fleet));
    });
    plan('pipelineHold', '', (random) => this.order({ verb: 'hold', until: days(random), ...BY }));
    plan('rollback', '', (random) => this.order({ verb: 'rollback', until: days(random), ...BY }));
    plan('rebake', '', () => this.order({ verb: 'rebake', force: true, ...BY }));
    plan('revoke', '', (random) => this.revoke(random));
    STACKS.forEach((stack) => {
      plan('deploy', stack, (random) => this.deploy(stack, random));
    });
  }

  /** Reads the notices that have come, and answers some of them after hours. */
  read(): void {
    const { installation } = this.options;
    const { messages } = installation.account.world.sns;
    for (; this.messages < messages.length; this.messages += 1) {
      const { subject = '', text = '' } = messages[this.messages] ?? {};
      const random = this.options.randomOf('answer', this.messages, subject);
      if (random() < this.options.rate('answered')) {
        const at = installation.now + (1 + random() * 71) * HOUR;
        installation.at(at, () => this.answer(subject, text, random));
      }
    }
  }

  private async answer(subject: string, text: string, random: () => number): Promise<void> {
    const { installation } = this.options;
    const [, name] = /^Winbake fleet (\S+):/.exec(subject) ?? [];
    const fleet = installation.fleets.find(({ plan }) => plan.name === name);
    if (fleet === undefined) {
      if (subject.startsWith(`Winbake ${PIPELINE}: a bake failed`)) {
        await this.order({ verb: 'rebake', force: true, ...BY });
      }
      return;
    }
    if (text.includes('Deploy a launch template that works')) {
      const stack = installation.stackOf(fleet);
      await this.deploy(stack, random, true);
    }
    const [, id] = /winbake fleet accept \S+ (\S+)/.exec(text) ?? [];
    const current = installation.channel('current');
    if (id !== undefined && id === current?.id) {
      this.options.mend(fleet.plan.name, current.amiId);
      await installation.setOverrides(fleet, { accepted: { ...this.override(30 * DAY), publication: id } });
    }
  }

  private async setFloor(fleet: ObservedFleet): Promise<void> {
    const { installation } = this.options;
    const osVersion = installation.channel('current')?.osVersion ?? '';
    await installation.setOverrides(fleet, { floor: { ...this.override(40 * DAY), osVersion } });
  }

  private async revoke(random: () => number): Promise<void> {
    const { installation } = this.options;
    const { id, mode } = installation.channel(random() < 0.7 ? 'current' : 'previous') ?? {};
    if (id === undefined || mode === 'unbaked') {
      return;
    }
    await this.order({ verb: 'revoke', publication: id, ...BY });
    if (random() < 0.5) {
      installation.at(installation.now + (0.5 + random() * 9) * DAY, () =>
        this.order({ verb: 'restore', publication: id, ...BY }),
      );
    }
  }

  /** One deployment of a stack after another. */
  private async deploy(stack: string, random: () => number, isMended = false): Promise<void> {
    const { installation, rate } = this.options;
    if (this.busy.has(stack)) {
      installation.at(installation.now + HOUR, () => this.deploy(stack, random, isMended));
      return;
    }
    this.busy.add(stack);
    this.deployments += 1;
    const { account } = installation;
    const isBad = random() < rate('badTemplate') && !isMended;
    const fails = random() < rate('failedDeployment') && !isMended;
    account.trouble = (one) =>
      fails &&
      one.stack === stack &&
      account.formation.status(stack, installation.placeOf(stack)) === 'UPDATE_IN_PROGRESS' &&
      one.type === 'AWS::AutoScaling::AutoScalingGroup'
        ? 'Internal failure'
        : undefined;
    try {
      await installation.deployTemplate(stack, `${isBad ? 'bad' : 'good'} ${this.deployments}`);
    } catch {
      // CloudFormation has taken it back.
    } finally {
      account.trouble = () => undefined;
      this.busy.delete(stack);
    }
  }

  /** What fails is ordered again an hour later, until the person gives up. */
  private async order(request: OperateRequest, tries = 5): Promise<void> {
    const { installation } = this.options;
    try {
      await installation.operate(request);
    } catch {
      if (tries > 1) {
        installation.at(installation.now + HOUR, () => this.order(request, tries - 1));
      }
    }
  }

  private override(milliseconds: number): OperatorOverride {
    const now = this.options.installation.now;
    return {
      by: 'ops',
      reason: 'by hand',
      at: new Date(now).toISOString(),
      until: new Date(now + milliseconds).toISOString(),
    };
  }
}
