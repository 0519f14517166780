import { paginateGetParametersByPath, type SSMClient } from '@aws-sdk/client-ssm';
import type { FleetState } from '../contract/documents/fleet-state';
import { WinbakeError } from '../contract/values/errors';
import { fleetParameters } from '../contract/names/parameters';
import { readFleetState } from '../core/fleet/fleet-state';
import type { Caller } from './pipeline-account';
import { ssmParameterStore } from './ssm-parameter-store';

/** The names of the fleets of this account and region that have looked once. */
export async function listFleets(client: SSMClient, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  const request = { Path: `${prefix}/fleets`, Recursive: true };
  for await (const page of paginateGetParametersByPath({ client }, request)) {
    for (const { Name = '' } of page.Parameters ?? []) {
      const [, fleet] = /^([^/]+)\/state$/.exec(Name.slice(request.Path.length + 1)) ?? [];
      names.push(...(fleet === undefined ? [] : [fleet]));
    }
  }
  return names.sort();
}

/** What a fleet knows of itself. Throws a `WinbakeError` that names the fleets that are there. */
export async function readFleet(
  client: SSMClient,
  prefix: string,
  fleet: string,
  { account }: Caller,
  region: string,
): Promise<FleetState> {
  const state = await readFleetState(ssmParameterStore(client), fleetParameters(prefix, fleet));
  if (state !== undefined) {
    return state;
  }
  const others = await listFleets(client, prefix);
  const known = others.length === 0 ? 'none is there' : `there are: ${others.join(', ')}`;
  throw new WinbakeError(
    'AWS_FAILED',
    `There is no fleet ${fleet} below ${prefix} in account ${account}, ${region}; ${known}. Is it the right account and ` +
      'region? A new fleet is there 15 minutes after its deployment.',
  );
}
