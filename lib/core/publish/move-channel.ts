import { channelSchema, type Channel } from '../contracts/publication';
import { parseDocument } from '../contracts/parse-document';
import type { ParameterStore } from '../ports/parameter-store';
import { channelParameters, type ChannelName } from './channel-names';

/** Where a channel points, or undefined where it has not been seeded. Throws a `WinbakeError` where it is damaged. */
export async function readChannel(
  parameters: ParameterStore,
  path: string,
  channel: ChannelName,
): Promise<Channel | undefined> {
  const { publication } = channelParameters(path, channel);
  const text = await parameters.get(publication);
  return text === undefined ? undefined : parseDocument(channelSchema, text, publication);
}

/** Points a channel to a publication; the plain JSON, which is the truth, is written last. */
export async function moveChannel(
  parameters: ParameterStore,
  path: string,
  channel: ChannelName,
  target: Channel,
): Promise<void> {
  const names = channelParameters(path, channel);
  await parameters.put(names.amiId, target.amiId, 'aws:ec2:image');
  await parameters.put(names.osVersion, target.osVersion, 'text');
  await parameters.put(names.publication, JSON.stringify(target), 'text');
}
