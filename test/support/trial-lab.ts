import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import type { Channel } from '../../lib/contract/documents/publication';
import type { ProofClients } from '../../lib/aws/prove/proof-clients';
import { openTrialDeletion, openTrialFleet, trialStacks } from '../../lib/aws/prove/trial-stacks';
import { removeTrials, runTrial, type TrialRun } from '../../lib/core/prove/run-trial';
import type { TrialPipeline, TrialPorts, TrialStack } from '../../lib/core/prove/trial-ports';
import type { TrialRollout } from '../../lib/core/prove/trial-fleet';
import { Sessions, userOf } from '../../sim/account/principal';
import { SimulatedAutoScaling } from '../../sim/account/services/auto-scaling';
import { SimulatedStacks, type MadeResources } from '../../sim/account/services/cloudformation';
import { fleetOperations, SimulatedEc2 } from '../../sim/account/services/ec2';
import { SimulatedEcs } from '../../sim/account/services/ecs';
import { SimulatedFleets } from '../../sim/account/services/fleets';
import { SimulatedAccounts } from '../../sim/account/simulated-accounts';
import { GOOD_AMI, type AmiBehaviour } from '../../sim/aws/fleet/ami-behaviour';
import { SimulatedFleet, templateWith } from '../../sim/aws/fleet/simulated-fleet';
import { VirtualClock } from '../../sim/clock/virtual-clock';
import { makeResources } from '../../sim/rehearsal/made-stack';

const PLACE = { account: '111111111111', region: 'eu-central-1' };
const START = new Date('2026-01-14T08:00:00Z');

export const PLAIN_AMI = 'ami-00000000000000001';
export const BAKED_AMI = 'ami-00000000000000002';
export const PUBLISHED: Channel = {
  ...{ id: '20348.4294-2', amiId: BAKED_AMI, osVersion: '10.0.20348.4294', mode: 'exact' },
  at: START.toISOString(),
};
const BEFORE: Channel = { ...PUBLISHED, id: '20348.4294-1', amiId: 'ami-00000000000000003' };

/** What happens in a lab besides what should. */
interface LabOptions {
  /** What instances of an AMI do. */
  readonly behaviourOf?: (amiId: string) => AmiBehaviour;
  /** How the pipeline stands so many minutes after the order. */
  readonly pipelineAfter?: (minutes: number) => TrialPipeline;
  /** Why CloudFormation cannot delete the stack, try by try; then it can. */
  readonly deleteFailures?: readonly string[];
  /** What CloudFormation cannot make of the stack. */
  readonly createFailure?: NonNullable<MadeResources['failure']>;
  /** Called before each call, with the minutes since the lab began. */
  readonly onCall?: (minutes: number) => void;
  /** Called before each call that changes something, with its name. */
  readonly onChange?: (operation: string, lab: TrialLab) => void;
}

/** The pipeline: its bake takes an hour. */
function goodPipeline(minutes: number): TrialPipeline {
  const isDone = minutes >= 60;
  return {
    latest: isDone ? PUBLISHED : BEFORE,
    rebake: minutes < 0 || isDone ? 'idle' : 'baking',
    equal: null,
    why: 'the set is due',
  };
}

/** A simulated account with a foreign fleet in which trials are run. */
export class TrialLab {
  readonly clock = new VirtualClock(START);
  readonly fleets = new SimulatedFleets();
  readonly stacks = new SimulatedStacks((call, stack) => {
    const made = makeResources(this, call, stack);
    const { createFailure: failure } = this.options;
    return {
      ...(failure === undefined ? {} : { failure }),
      delete: () => this.deleteFailures.shift() ?? made.delete(),
    };
  });
  readonly reports: string[] = [];
  /** The calls that changed something, in order. */
  readonly changes: string[] = [];
  /** What `collect` was called with, and how many instances there were then. */
  collected: { readonly rollout: TrialRollout | null; readonly instances: number } | undefined;
  isDead = false;
  private readonly accounts: SimulatedAccounts;
  private readonly deleteFailures: string[];
  private ids = 0;
  private orderedAt: Date | undefined;
  readonly foreign: SimulatedFleet;

  constructor(private readonly options: LabOptions = {}) {
    this.deleteFailures = [...(options.deleteFailures ?? [])];
    this.accounts = new SimulatedAccounts({
      services: [
        new SimulatedAutoScaling(this.fleets),
        new SimulatedEc2(fleetOperations(this.fleets)),
        new SimulatedEcs(this.fleets),
        this.stacks,
      ],
      sessions: new Sessions(),
      now: () => this.clock.now(),
      observe: ({ operation }) => {
        this.requireAlive();
        this.options.onCall?.((this.clock.now().getTime() - START.getTime()) / 60_000);
        if (!/^(?:Describe|List|Get)/.test(operation)) {
          this.change(operation);
        }
      },
    });
    const template = templateWith('lt-0foreign', 'ami-00000000000000009', START);
    this.foreign = new SimulatedFleet({
      ...{ groupName: 'winbake-prove-foreign', template, cluster: 'winbake-prove-foreign' },
      ...{ instanceCount: 2, maxSize: 2, clock: this.clock, environment: PLACE },
      tags: { 'winbake:deletion': 'x' },
    });
    this.fleets.add(this.foreign);
    // Each lacks one of the signs of a trial: the pipeline, the tag, the name.
    for (const [name, tags] of [
      ['winbake-prove-00000001', { 'winbake:prove': '00000001', 'winbake:pipeline': 'other' }],
      ['winbake-prove-00000002', { 'winbake:pipeline': 'web' }],
      ['shop', { 'winbake:prove': '00000003', 'winbake:pipeline': 'web' }],
    ] as const) {
      const arn = `arn:aws:cloudformation:eu-central-1:111111111111:stack/${name}/1`;
      this.stacks.add(PLACE, { name, arn, tags, createdAt: START, status: () => 'CREATE_COMPLETE' });
    }
  }

  /** What is there that was not there at first. */
  get left(): readonly string[] {
    const own = [this.foreign.group.name, 'lt-0foreign'];
    const foreign = ['winbake-prove-00000001', 'winbake-prove-00000002', 'shop'];
    return [
      ...this.stacks.namesAt(PLACE).filter((name) => !foreign.includes(name)),
      ...this.fleets.groupsAt(PLACE).flatMap(({ name }) => (own.includes(name) ? [] : name)),
      ...[...this.fleets.templatesAt(PLACE).keys()].filter((id) => !own.includes(id)),
      ...this.fleets
        .at(PLACE)
        .flatMap(({ group, instances }) =>
          group === this.foreign.group ? [] : instances.map(({ id }) => id),
        ),
    ];
  }

  /** What is there of others. */
  get untouched(): readonly string[] {
    const { group } = this.foreign;
    return [...this.stacks.namesAt(PLACE), group.name, group.version, ...group.instances.map(({ id }) => id)];
  }

  /** Runs a trial as somebody who may do everything. */
  run(signal?: AbortSignal): Promise<TrialRun> {
    return this.as((ports) => {
      this.ids += 1;
      const id = String(this.ids).padStart(8, 'a');
      return runTrial(
        ports,
        {
          ...{ id, description: { account: PLACE.account, pipeline: 'web' } },
          limits: { bakeHours: 8, fleetHours: 3, removalHours: 1 },
          fleet: () =>
            Promise.resolve({
              ...{ plainAmi: PLAIN_AMI, image: 'mcr.microsoft.com/windows/servercore:ltsc2022' },
              ...{ instanceType: 'm6i.xlarge', network: null, script: "'starts'" },
            }),
          collect: (rollout) => {
            const groups = this.fleets.groupsAt(PLACE).filter((one) => one !== this.foreign.group);
            this.collected = { rollout, instances: groups.flatMap(({ instances }) => instances).length };
            return Promise.resolve();
          },
        },
        signal,
      );
    });
  }

  /** What another computer does after one was cut off. */
  clean() {
    this.isDead = false;
    return this.as((ports) => removeTrials(ports, 'web', 1));
  }

  private async as<T>(work: (ports: TrialPorts) => Promise<T>): Promise<T> {
    const end = this.accounts.install();
    const anybody = userOf(PLACE.account, 'ann', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    try {
      return await this.accounts.as(anybody, PLACE.region, () => work(this.ports()));
    } finally {
      end();
    }
  }

  private ports(): TrialPorts {
    const { behaviourOf = () => GOOD_AMI, pipelineAfter = goodPipeline } = this.options;
    const clients = {
      autoScaling: new AutoScalingClient(),
      ec2: new EC2Client(),
      ecs: new ECSClient(),
    } as ProofClients;
    const stacks = trialStacks(new CloudFormationClient(), 'web');
    return {
      now: () => this.clock.now(),
      sleep: async (seconds, signal) => {
        this.requireAlive();
        signal?.throwIfAborted();
        this.fleets.groupsAt(PLACE).forEach((group) => {
          group.behave(behaviourOf);
        });
        await this.clock.waitUntil(new Date(this.clock.now().getTime() + seconds * 1000));
        signal?.throwIfAborted();
      },
      report: (text) => {
        this.reports.push(text);
      },
      orderBake: () => {
        this.change('orderBake');
        this.orderedAt = this.clock.now();
        return Promise.resolve({ verb: 'rebake', changes: ['bake now'], reasons: [], done: true });
      },
      readPipeline: () => {
        this.requireAlive();
        const begun = this.orderedAt;
        const minutes = begun === undefined ? -1 : (this.clock.now().getTime() - begun.getTime()) / 60_000;
        return Promise.resolve(pipelineAfter(minutes));
      },
      stacks: { ...stacks, list: async () => (await stacks.list()).filter((one) => this.isShown(one)) },
      openFleet: (name) => openTrialFleet(clients, name),
      openDeletion: (name) => openTrialDeletion(clients, name),
    };
  }

  /** A list may be some seconds old. */
  private isShown({ createdAt }: TrialStack): boolean {
    return this.clock.now().getTime() - createdAt.getTime() >= 10_000;
  }

  private change(operation: string): void {
    this.options.onChange?.(operation, this);
    this.requireAlive();
    this.changes.push(operation);
  }

  private requireAlive(): void {
    if (this.isDead) {
      throw new Error('The process died.');
    }
  }
}
