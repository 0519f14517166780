import type { Channel } from '../../contract/documents/publication';
import type { ParameterStore } from '../ports/stores';
import { formatOsVersion } from '../../contract/values/os-version';
import type { Release } from '../../contract/values/release';
import { CHANNELS } from '../../contract/names/parameters';
import { moveChannel, readChannel, settleChannel } from './move-channel';

/** Publication 0 of a new pipeline: the plain base AMI, whose revision is not known. */
export function unbakedChannel(release: Release, baseAmiId: string, at: Date): Channel {
  return {
    id: `${release.build}.0-0`,
    amiId: baseAmiId,
    osVersion: formatOsVersion({ build: release.build, revision: 0 }),
    mode: 'unbaked',
    at: at.toISOString(),
  };
}

/**
 * Points every channel that points nowhere yet to publication 0, so that templates can read it from the first deploy on.
 * Until the first bake is published all of them follow newer base AMIs; from then on they are left alone.
 */
export async function seedChannels(
  parameters: ParameterStore,
  path: string,
  release: Release,
  baseAmiId: string,
  at: Date,
): Promise<void> {
  const latest = await readChannel(parameters, path, 'latest');
  const isBaked = latest !== undefined && latest.mode !== 'unbaked';
  for (const channel of CHANNELS) {
    const present = await readChannel(parameters, path, channel);
    const isOld = present?.mode === 'unbaked' && present.amiId !== baseAmiId && !isBaked;
    if (present === undefined || isOld) {
      await moveChannel(parameters, path, channel, unbakedChannel(release, baseAmiId, at));
    } else {
      await settleChannel(parameters, path, channel);
    }
  }
}
