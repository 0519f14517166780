import { nextPatchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import type { AssemblyStack } from '../../aws/cloudformation/assembly';
import { type AmiBehaviour, GOOD_AMI } from '../../aws/fleet/ami-behaviour';
import type { BakePlan } from '../../deployment/recorded-bake';
import { Happenings, seededRandom } from '../happenings';
import type { ObservedFleet, Violation } from '../fleet-truth';
import { AccountInstallation, type AccountInstallationOptions } from './account-installation';
import { AccountOracle } from './account-oracle';
import { AccountPeople } from './account-people';
import { ACCOUNT_RATES, type AccountRate } from './account-rates';
import { FAMILIES, Microsoft } from '../../registry/memory-registry';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** At the end nothing happens for so long. */
const QUIET = 20 * DAY;
const START = new Date('2024-01-20T00:00:00Z');
const FIRST_REVISION = 4000;
const NO_SPACE = { code: 'NO_SPACE', message: 'The disk is full.' };

/** How an installation lives in simulated accounts. */
export interface AccountLifeOptions {
  /** The stacks of the app, in the order of their deployment. */
  readonly stacks: readonly AssemblyStack[];
  /** A positive whole number, from which all follows. */
  readonly seed: number;
  readonly months: number;
  /** Those that are other than `ACCOUNT_RATES`. */
  readonly rates?: Partial<Record<AccountRate, number>> | undefined;
  /** Ends with the first broken rule. */
  readonly isFirstEnough?: boolean;
  /** Breaks a rule on purpose, between the services and the functions. */
  readonly plant?: AccountInstallationOptions['amend'];
}

/** An installation whose registry, people and teams do what is drawn for each month. */
export class AccountScenario {
  readonly installation: AccountInstallation;
  readonly oracle: AccountOracle;
  private readonly microsoft = new Microsoft(FIRST_REVISION, START);
  private readonly happenings: Happenings;
  private readonly people: AccountPeople;
  private readonly bakes = new Map<string, BakePlan>();
  private readonly hosts = new Map<string, string>();
  private readonly mended = new Set<string>();
  private badDaysUntil = 0;
  private runs = 0;

  constructor(private readonly options: AccountLifeOptions) {
    const { plant, seed, stacks } = options;
    this.happenings = new Happenings({ seed });
    this.installation = new AccountInstallation({
      start: START,
      stacks,
      openRegistry: this.microsoft.open,
      random: seededRandom(seed),
      isBadDay: () => this.installation.now < this.badDaysUntil,
      planBake: (imageArn) => this.planBake(imageArn),
      amend: plant,
      onChange: (call, isDeployment) => {
        this.oracle.change(call, isDeployment);
      },
      observe: () => {
        this.oracle.observe();
        this.people.read();
      },
    });
    this.oracle = new AccountOracle(this.installation, this.microsoft, {
      bakes: this.bakes,
      hostOf: (imageArn) => this.hosts.get(imageArn),
      isBad: (fleet, amiId) => this.badOn(fleet, amiId) !== undefined,
      wasBad: (fleet, amiId) => this.drawnBad(fleet, amiId) !== undefined,
      isBadTemplate,
    });
    this.people = new AccountPeople({
      installation: this.installation,
      rate: (kind) => this.rate(kind),
      randomOf: (...names) => this.happenings.randomOf(...names),
      mend: (fleet, amiId) => {
        this.mended.add(`${fleet} ${amiId}`);
      },
    });
    this.installation.account.functions.dies = (arn) => {
      this.runs += 1;
      const random = this.happenings.randomOf('killed', arn, this.runs);
      return this.installation.fleets.length > 0 && random() < this.rate('killed')
        ? Math.floor(random() * 30)
        : undefined;
    };
  }

  async live(): Promise<void> {
    const { installation, options } = this;
    await installation.run(async () => {
      await installation.deployAll();
      installation.fleets.forEach((fleet) => {
        this.behave(fleet);
      });
      let from = nextPatchTuesday(installation.clock.now());
      for (let month = 0; month < options.months; month += 1) {
        const until = nextPatchTuesday(from);
        this.planMonth(from.getTime(), until.getTime());
        from = until;
      }
      const end = from.getTime() + QUIET;
      while (installation.now < end && !this.isOver) {
        await installation.clock.waitUntil(new Date(Math.min(end, installation.now + 2 * HOUR)));
      }
      if (!this.isOver) {
        this.oracle.checkEnd();
      }
    });
  }

  private get isOver(): boolean {
    return this.options.isFirstEnough === true && this.oracle.violations.length > 0;
  }

  private behave({ plan, simulated }: ObservedFleet): void {
    const { group } = simulated;
    group.behave((amiId) => this.badOn(plan.name, amiId) ?? GOOD_AMI);
    group.behaveByVersion(({ template, version }) =>
      isBadTemplate(template.find(version)?.userData ?? '')
        ? { host: 'registers', tasks: 'fail' }
        : undefined,
    );
  }

  private planMonth(from: number, until: number): void {
    this.planMicrosoft(from, until);
    this.people.planMonth(from, until);
    if (this.randomIn(from, 'badDays')() < this.rate('badDays')) {
      this.installation.at(from, () => {
        this.badDaysUntil = from + 2 * DAY;
      });
    }
  }

  private planMicrosoft(from: number, until: number): void {
    this.release(from, this.randomIn(from, 'release'));
    const within = (random: () => number) => from + random() * (until - from - 3 * DAY);
    const outOfBand = this.randomIn(from, 'outOfBand');
    if (outOfBand() < this.rate('outOfBand')) {
      this.release(Math.max(from + 4 * DAY, within(outOfBand)), outOfBand);
    }
    const repushed = this.randomIn(from, 'repushed');
    if (repushed() < this.rate('repushed')) {
      const family = FAMILIES[Math.floor(repushed() * FAMILIES.length)] ?? 'servercore';
      this.installation.at(within(repushed), () => {
        this.microsoft.repush(family, String(from));
      });
    }
    const outage = this.randomIn(from, 'outage');
    if (outage() < this.rate('outage')) {
      const begun = outage() < 0.5 ? from + outage() * DAY : within(outage);
      this.installation.at(begun, () => {
        this.microsoft.setDown(true);
      });
      this.installation.at(begun + (1 + outage() * 11) * HOUR, () => {
        this.microsoft.setDown(false);
      });
    }
  }

  /** Windows Update offers a revision, and the families follow in hours; one of them may be late. */
  private release(at: number, random: () => number): void {
    const step = 1 + Math.floor(random() * 200);
    const late =
      random() < this.rate('lateFamily') ? FAMILIES[Math.floor(random() * FAMILIES.length)] : undefined;
    this.installation.at(at, () => {
      this.microsoft.release(this.microsoft.revision + step, new Date(at));
      const { revision } = this.microsoft;
      FAMILIES.forEach((family) => {
        const hours = family === late ? 12 + random() * 48 : random() * 6;
        this.installation.at(at + hours * HOUR, () => {
          this.microsoft.push(family, revision);
        });
      });
    });
  }

  private planBake(imageArn: string): BakePlan {
    const drawn = this.happenings.randomOf('bake', imageArn)();
    const fails = this.rate('bakeFails');
    const silent = fails + this.rate('bakeSilent');
    const wrong = silent + this.rate('bakeWrong');
    const host = `10.0.20348.${this.microsoft.revision}`;
    const failure = drawn < fails ? NO_SPACE : 'silent';
    const plan: BakePlan = drawn < silent ? { host, failure } : { host, isWrong: drawn < wrong };
    this.bakes.set(imageArn, plan);
    this.hosts.set(imageArn, host);
    return plan;
  }

  /** What a publication does on a fleet that it fails on; undefined elsewhere. */
  private badOn(fleet: string, amiId: string): AmiBehaviour | undefined {
    return this.mended.has(`${fleet} ${amiId}`) ? undefined : this.drawnBad(fleet, amiId);
  }

  private drawnBad(fleet: string, amiId: string): AmiBehaviour | undefined {
    const [build] = this.installation.account.imageBuilder.all.filter(({ amis }) =>
      Object.values(amis ?? {}).includes(amiId),
    );
    if (build === undefined) {
      return undefined;
    }
    const random = this.happenings.randomOf('bad', amiId);
    const isEverywhere = random() < this.rate('badEverywhere');
    const isSomewhere = random() < this.rate('badSomewhere');
    const isHere = this.happenings.randomOf('bad', amiId, fleet)() < 0.5;
    return isEverywhere || (isSomewhere && isHere)
      ? random() < 0.3
        ? { host: 'hangs', tasks: 'none' }
        : { host: 'registers', tasks: 'fail' }
      : undefined;
  }

  private rate(kind: AccountRate): number {
    return this.options.rates?.[kind] ?? ACCOUNT_RATES[kind];
  }

  private randomIn(month: number, kind: string): () => number {
    return this.happenings.randomOf(kind, month);
  }
}

const known = new Map<string, boolean>();

/** Whether the line of user data is one that no task survives. */
function isBadTemplate(userData: string): boolean {
  const isBad = known.get(userData) ?? Buffer.from(userData, 'base64').toString().includes('template bad');
  known.set(userData, isBad);
  return isBad;
}

const YEAR = 365 * 24 * 3_600_000;

/** What the life of an installation came to. */
export interface AccountLife {
  readonly fleetYears: number;
  /** Runs of functions. */
  readonly polls: number;
  readonly publications: number;
  readonly rollouts: number;
  /** Notices that went to people. */
  readonly notices: number;
  readonly violations: readonly Violation[];
}

/** Lets an installation live in simulated accounts for months, with what goes wrong drawn by `ACCOUNT_RATES`, and judges it. */
export async function simulateAccount(options: AccountLifeOptions): Promise<AccountLife> {
  const scenario = new AccountScenario(options);
  const { installation, oracle } = scenario;
  const begun = installation.now;
  await scenario.live();
  const { account, fleets } = installation;
  return {
    fleetYears: ((installation.now - begun) / YEAR) * fleets.length,
    polls: installation.polls,
    publications: oracle.pipeline.recorded.size,
    rollouts: fleets.reduce((sum, { simulated }) => sum + simulated.group.refreshes.length, 0),
    notices: account.world.sns.messages.length,
    violations: oracle.violations,
  };
}
