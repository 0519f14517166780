import { parseDocument } from '../../contract/documents/document';
import { channelSchema, type Channel, isNewer } from '../../contract/documents/publication';
import { channelParameters, revisionParameters, type ChannelName } from '../../contract/names/parameters';
import { readOsVersion } from '../../contract/values/os-version';
import type { ParameterStore, ParameterType } from '../ports/stores';

/** Where a channel points, or undefined where it has not been seeded. Throws a `WinbakeError` where it is damaged. */
export async function readChannel(
  parameters: Pick<ParameterStore, 'get'>,
  path: string,
  channel: ChannelName,
): Promise<Channel | undefined> {
  return readPointer(parameters, channelParameters(path, channel).publication);
}

/**
 * Points a channel to a publication; the plain JSON, which is the truth, is written last. What says so already is not
 * written again, since every write is an event.
 */
export async function moveChannel(
  parameters: ParameterStore,
  path: string,
  channel: ChannelName,
  target: Channel,
): Promise<void> {
  await copyChannel(parameters, path, channel, target);
  const { publication } = channelParameters(path, channel);
  await putIfOther(parameters, publication, JSON.stringify(target), 'text');
}

/** Makes the convenience copies of a channel say what its truth says, where a move of it was not ended. */
export async function settleChannel(
  parameters: ParameterStore,
  path: string,
  channel: ChannelName,
): Promise<void> {
  const truth = await readChannel(parameters, path, channel);
  if (truth !== undefined) {
    await copyChannel(parameters, path, channel, truth);
  }
}

async function copyChannel(
  parameters: ParameterStore,
  path: string,
  channel: ChannelName,
  { amiId, osVersion }: Channel,
): Promise<void> {
  const names = channelParameters(path, channel);
  await putIfOther(parameters, names.amiId, amiId, 'aws:ec2:image');
  await putIfOther(parameters, names.osVersion, osVersion, 'text');
}

/** Notes a publication as its revision's newest, unless a newer one is there that counts; the plain JSON, the truth, is written last. */
export async function noteRevision(
  parameters: ParameterStore,
  path: string,
  publication: Channel,
  counts: (newer: Channel) => boolean | Promise<boolean>,
): Promise<void> {
  const names = revisionOf(path, publication);
  const known = await readWhole(parameters, names.publication);
  const isKept = known !== undefined && isNewer(known, publication) && (await counts(known));
  const newest = isKept ? known : publication;
  await putIfOther(parameters, names.amiId, newest.amiId, 'aws:ec2:image');
  await putIfOther(parameters, names.publication, JSON.stringify(newest), 'text');
}

/** The newest publication of an OS version's revision, or undefined. */
export function readRevision(
  parameters: Pick<ParameterStore, 'get'>,
  path: string,
  publication: Pick<Channel, 'osVersion'>,
): Promise<Channel | undefined> {
  return readPointer(parameters, revisionOf(path, publication).publication);
}

function revisionOf(path: string, { osVersion }: Pick<Channel, 'osVersion'>) {
  const { build = 0, revision = 0 } = readOsVersion(osVersion) ?? {};
  return revisionParameters(path, build, revision);
}

/** Where a channel of another account or region points, or undefined where what stands there is no channel: home says what is right. */
export function readDelivered(
  parameters: Pick<ParameterStore, 'get'>,
  path: string,
  channel: ChannelName,
): Promise<Channel | undefined> {
  return readWhole(parameters, channelParameters(path, channel).publication);
}

async function readWhole(
  parameters: Pick<ParameterStore, 'get'>,
  name: string,
): Promise<Channel | undefined> {
  const text = await parameters.get(name);
  try {
    return text === undefined ? undefined : parseDocument(channelSchema, text, name);
  } catch {
    return undefined;
  }
}

async function readPointer(
  parameters: Pick<ParameterStore, 'get'>,
  name: string,
): Promise<Channel | undefined> {
  const text = await parameters.get(name);
  return text === undefined ? undefined : parseDocument(channelSchema, text, name);
}

async function putIfOther(
  parameters: ParameterStore,
  name: string,
  value: string,
  type: ParameterType,
): Promise<void> {
  if ((await parameters.get(name)) !== value) {
    await parameters.put(name, value, type);
  }
}
