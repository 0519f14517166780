import type { PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import type { Channel } from '../../lib/contract/documents/publication';
import { type CHANNELS, channelParameters } from '../../lib/contract/names/parameters';

/** Where the described pipeline keeps its parameters. */
export const PATH = '/winbake/2022-core';

/** A pipeline of one account and region that promotes at once. */
export const DESCRIPTION: PipelineDescription = {
  schema: 'winbake.pipeline/1',
  os: 'SERVER_2022_CORE',
  pipeline: '2022-core',
  parameterPrefix: '/winbake',
  account: '123456789012',
  region: 'eu-central-1',
  bucket: 'winbake-bucket',
  baseAmiParameter: '/aws/service/ami-windows-latest/base/image_id',
  stateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:winbake-2022-core-rebake',
  operateFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:winbake-2022-core-operate',
  imagePipelineArn: null,
  accounts: [],
  regions: [],
  longestSilenceHours: 26,
  promotion: { mode: 'automatic', delaySeconds: 0, atMostSeconds: 86_400, canaryFleets: [] },
  retention: { newest: 3, minimumAgeDays: 45 },
  patchWithinSeconds: 72 * 3600,
};

/** The plain base AMI, as the seed shows it. */
export const UNBAKED: Channel = {
  id: '20348.0-0',
  amiId: 'ami-0123456789abcdef0',
  osVersion: '10.0.20348.0',
  mode: 'unbaked',
  at: '2025-10-01T00:00:00.000Z',
};

/** A publication of a revision, as a channel shows it. */
export function publicationAt(revision: number, at: string, number = 1): Channel {
  return {
    id: `20348.${revision}-${number}`,
    amiId: `ami-${String(revision * 10 + number).padStart(17, '0')}`,
    osVersion: `10.0.20348.${revision}`,
    mode: 'exact',
    at,
  };
}

/** The parameters of channels, each with its convenience copies. */
export function channelsAt(
  channels: Partial<Record<(typeof CHANNELS)[number], Channel>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries({
    latest: UNBAKED,
    current: UNBAKED,
    previous: UNBAKED,
    ...channels,
  }).flatMap(([channel, publication]) => {
    const names = channelParameters(PATH, channel as (typeof CHANNELS)[number]);
    return [
      [names.amiId, publication.amiId],
      [names.osVersion, publication.osVersion],
      [names.publication, JSON.stringify(publication)],
    ];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}
