import type { FailedPublications } from '../../lib/contract/documents/failed-publications';
import type { FleetState } from '../../lib/contract/documents/fleet-state';
import type { FleetOverrides } from '../../lib/contract/documents/overrides';
import type { Revocations } from '../../lib/contract/documents/revocations';
import type { AccountLifeOptions } from '../../sim/reliability/account/account-scenario';
import { ACCOUNT_RATES, type AccountRate } from '../../sim/reliability/account/account-rates';

/** Something that is broken on purpose between a service and the functions, and the rule that must be reported. */
export interface AccountPlant {
  readonly name: string;
  readonly rule: string;
  readonly months: number;
  /** What alone happens. */
  readonly rates: Partial<Record<AccountRate, number>>;
  readonly plant: NonNullable<AccountLifeOptions['plant']>;
}

const HOUR = 3_600_000;

/** A day on which nothing goes wrong. */
export const NOTHING: Readonly<Record<AccountRate, number>> = Object.fromEntries(
  Object.keys(ACCOUNT_RATES).map((kind) => [kind, 0]),
) as Record<AccountRate, number>;

/** Gives functions, not people, another document than the one of a parameter or an object. */
function reading<T>(name: RegExp, change: (document: T) => T): AccountPlant['plant'] {
  const changed = (text: string) => JSON.stringify(change(JSON.parse(text) as T));
  return ({ caller, input, operation }, output) => {
    const { Key, Name } = input as { readonly Key?: string; readonly Name?: string };
    if (!caller.arn.includes(':assumed-role/')) {
      return output;
    }
    if (operation === 'GetParameter' && name.test(Name ?? '')) {
      const { Parameter } = output as { readonly Parameter: { readonly Value: string } };
      return { Parameter: { ...Parameter, Value: changed(Parameter.Value) } };
    }
    if (operation === 'GetObject' && name.test(Key ?? '')) {
      const { Body } = output as { readonly Body: { transformToString(): Promise<string> } };
      const transformToString = async () => changed(await Body.transformToString());
      return { ...output, Body: { ...Body, transformToString } };
    }
    return output;
  };
}

/** Each found within some months of a calm life. */
export const PLANTS: readonly AccountPlant[] = [
  {
    name: 'tasks that fail are shown as running',
    rule: 'canary',
    months: 1,
    rates: { badEverywhere: 1 },
    plant: ({ operation }, output) => {
      const { tasks = [] } = output as { readonly tasks?: readonly { readonly createdAt: Date }[] };
      return operation === 'DescribeTasks'
        ? {
            tasks: tasks.map(({ createdAt, ...task }) => ({
              ...task,
              ...{ createdAt, startedAt: new Date(createdAt.getTime() - HOUR), lastStatus: 'RUNNING' },
              ...{ stopCode: undefined, stoppedAt: undefined, stoppedReason: undefined, containers: [] },
            })),
          }
        : output;
    },
  },
  {
    name: 'a refresh that is under way is not shown',
    rule: 'one refresh',
    months: 1,
    rates: {},
    plant: ({ operation }, output) =>
      operation === 'DescribeInstanceRefreshes' ? { InstanceRefreshes: [] } : output,
  },
  {
    name: 'rings before are shown as well',
    rule: 'R7',
    months: 1,
    rates: {},
    plant: reading<FailedPublications>(/\/failed$/, (failed) => ({
      ...failed,
      rings: failed.rings.map((one) => ({ ...one, well: one.fleets, behind: [] })),
    })),
  },
  {
    name: 'an instance documents another host than it has',
    rule: 'verified',
    months: 1,
    rates: { bakeWrong: 1 },
    plant: reading<{ readonly host: { readonly osVersion: string }; readonly images: readonly object[] }>(
      /^(?:manifests|verifications)\//,
      ({ host, images, ...document }) => ({
        ...document,
        host: { osVersion: nextRevision(host.osVersion) },
        images: images.map((one) => ('mode' in one ? { ...one, mode: 'exact' } : one)),
      }),
    ),
  },
  {
    name: 'a hold of a fleet is not shown',
    rule: 'hold',
    months: 4,
    rates: { fleetHold: 1 },
    plant: reading<FleetOverrides>(/\/overrides$/, (overrides) => ({ ...overrides, hold: null })),
  },
  {
    name: 'a floor is not shown',
    rule: 'floor',
    months: 4,
    rates: { floor: 1, rollback: 1 },
    plant: reading<FleetOverrides>(/\/overrides$/, (overrides) => ({ ...overrides, floor: null })),
  },
  {
    name: 'what failed is forgotten',
    rule: 'bad once',
    months: 2,
    rates: { badEverywhere: 1 },
    plant: reading<FleetState>(/^\/winbake\/fleets\/.*\/state$/, (state) => ({ ...state, bad: [] })),
  },
  {
    name: 'what was revoked is shown to housekeeping as restored',
    rule: 'R9',
    months: 4,
    rates: { revoke: 1 },
    plant: ({ caller, ...call }, output) =>
      caller.arn.includes('housekeeping') ? asRestored({ ...call, caller }, output) : output,
  },
];

const asRestored = reading<Revocations>(/revoked\.json$/, (revocations) => ({
  ...revocations,
  publications: revocations.publications.map((one) => ({
    ...one,
    restored: { by: 'nobody', reason: 'a plant', at: one.at },
    isSettled: false,
  })),
}));

function nextRevision(osVersion: string): string {
  return osVersion.replace(/\d+$/, (revision) => String(Number(revision) + 1));
}
