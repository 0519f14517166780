import { channelParameters, pipelineParameter } from '../../contract/names/parameters';
import {
  GetParameterCommand,
  paginateGetParametersByPath,
  ParameterNotFound,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { parseDocument } from '../../contract/documents/document';
import {
  pipelineDescriptionSchema,
  type PipelineDescription,
} from '../../contract/documents/pipeline-description';
import { UsageError, WinbakeError } from '../../contract/values/errors';

/** Who calls, and where. */
export interface Caller {
  readonly account: string;
  /** The ARN of the user or role session. */
  readonly arn: string;
}

/** Who the credentials are. Throws a `UsageError` where another account was expected. */
export async function identifyCaller(client: STSClient, expected: string | undefined): Promise<Caller> {
  const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
  if (expected !== undefined && expected !== Account) {
    throw new UsageError(
      `These credentials are of account ${Account}, and --account names ${expected}; sign in there.`,
    );
  }
  return { account: Account, arn: Arn };
}

/**
 * What a pipeline says of itself, from its parameter `<prefix>/<name>/pipeline`. Throws a `WinbakeError` that names the
 * pipelines that are there, or says that this one is deployed elsewhere or was deleted.
 */
export async function readPipeline(
  client: SSMClient,
  prefix: string,
  name: string,
  { account }: Caller,
  region: string,
): Promise<PipelineDescription> {
  const parameter = pipelineParameter(`${prefix}/${name}`);
  const text = await valueOf(client, parameter);
  if (text !== undefined) {
    return parseDocument(pipelineDescriptionSchema, text, `The parameter ${parameter}`);
  }
  const place = `account ${account}, ${region}`;
  if ((await valueOf(client, channelParameters(`${prefix}/${name}`, 'latest').publication)) !== undefined) {
    throw new WinbakeError(
      'AWS_FAILED',
      `The pipeline ${name} has channels in ${place} and is not deployed there; sign in where it is, or where its stack was deleted see \`winbake pipeline destroy\`. \`winbake fleet doctor\` checks the fleets here.`,
    );
  }
  const others = await listPipelines(client, prefix);
  const known = others.length === 0 ? 'none is there' : `there are: ${others.join(', ')}`;
  throw new WinbakeError(
    'AWS_FAILED',
    `There is no pipeline ${name} below ${prefix} in ${place}; ${known}. Is it the right account and region?`,
  );
}

/** The names of the pipelines of this account and region. */
export async function listPipelines(client: SSMClient, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const page of paginateGetParametersByPath({ client }, { Path: prefix, Recursive: true })) {
    for (const { Name = '' } of page.Parameters ?? []) {
      const [, pipeline] = /^([^/]+)\/pipeline$/.exec(Name.slice(prefix.length + 1)) ?? [];
      names.push(...(pipeline === undefined ? [] : [pipeline]));
    }
  }
  return names.sort();
}

async function valueOf(client: SSMClient, Name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetParameterCommand({ Name }))).Parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) {
      return undefined;
    }
    throw error;
  }
}
