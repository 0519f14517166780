import { isJsonObject, textAt } from '../../lib/contract/values/json';
import { namesOwnImage, ownRegistryOf, parseOwnImage } from '../../lib/core/images/own-image';
import { createRegistryClient } from '../../lib/registry/registry-client';
import { askedBy } from '../rehearsal/instance-access';
import type { OwnRegistries } from '../rehearsal/own-registries';
import type { RehearsalContext } from '../rehearsal/rehearsal-context';
import type { DeployedFleet } from '../rehearsal/watched-fleet';

/**
 * Lets a host of a fleet fetch own images of the registries whose secrets its user data names, by the host's role, as `Update-OwnImage.ps1`
 * does. Throws for the first that is not to be had; a host in AWS joins without it, and says so in its log.
 */
export async function fetchOwnImages(
  { account, os, pipeline }: Pick<RehearsalContext, 'account' | 'os' | 'pipeline'>,
  registries: OwnRegistries,
  { fleet, settings }: DeployedFleet,
): Promise<void> {
  const { instanceRole = '', registrySecrets = {} } = fleet.group.template.options;
  const caller = account.sessionOf(instanceRole, 'host', 'ec2.amazonaws.com');
  const ask = askedBy(account, caller, fleet.environment.region);
  let fetched = 0;
  for (const text of pipeline.policy.extras.filter((one) => namesOwnImage(one))) {
    const { floatingTags, repository } = parseOwnImage(text, os.release);
    const { path = '', registry = '' } = ownRegistryOf(repository) ?? {};
    const arn = registrySecrets[registry];
    if (arn !== undefined) {
      registries.putLogin(account, registry, arn);
      const answer = await ask('secrets', arn);
      if (!('value' in answer)) {
        throw new Error(`${repository} was not fetched by ${settings.fleet}: ${answer.error}`);
      }
      const secret: unknown = JSON.parse(answer.value);
      const [user = '', password = ''] = isJsonObject(secret)
        ? [textAt(secret, 'username'), textAt(secret, 'password')]
        : [];
      const login = () => Promise.resolve({ user, password });
      const client = createRegistryClient({ url: registries.urls[registry] ?? '', login });
      try {
        await client.manifest(path, floatingTags[0] ?? '');
        fetched += 1;
      } finally {
        await client.close();
      }
    }
  }
  if (fetched === 0) {
    throw new Error(`The user data of ${settings.fleet} names no secret of a registry with own images.`);
  }
}
