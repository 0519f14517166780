import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { explaining } from '../../lib/aws/explain-failure';
import { invokeOperate } from '../../lib/aws/deployed-functions';
import { identifyCaller, readPipeline, type Caller } from '../../lib/aws/stores/pipeline-account';
import type { OperateAnswer, OperateRequest } from '../../lib/contract/documents/operate-request';
import type { PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import { UsageError } from '../../lib/contract/values/errors';
import { osOf } from '../../lib/contract/values/release';
import { operate } from '../../lib/core/operate/operate';
import { operatePorts } from '../../lib/handlers/operate';
import type { PipelineOptions } from './pipeline-place';
import type { Terminal } from './terminal';

/** A deployed pipeline, with the caller's credentials. */
export interface PipelineAccess {
  readonly caller: Caller;
  readonly description: PipelineDescription;
  /** Plans or carries out an order; see `operate`. */
  readonly operate: (request: OperateRequest) => Promise<OperateAnswer>;
}

/**
 * Finds a pipeline by its name. Orders go to its operate function, so that nobody needs to write to its parameters; where it
 * has none, they are carried out here with the caller's own rights, and that is said.
 */
export async function openPipeline(terminal: Terminal, options: PipelineOptions): Promise<PipelineAccess> {
  const { caller, region } = await signIn(options);
  const place = { doing: `read the pipeline ${options.pipeline}`, region };
  const ssm = new SSMClient({ region });
  const description = await explaining(place, () =>
    readPipeline(ssm, options.prefix, options.pipeline, caller, region),
  );
  const lambda = new LambdaClient({ region });
  return {
    caller,
    description,
    operate: (request) =>
      explaining({ doing: `${request.verb} ${options.pipeline}`, region }, async () => {
        const answer = await invokeOperate(lambda, description.operateFunctionArn, request);
        if (answer !== undefined) {
          return answer;
        }
        if (request.dryRun) {
          terminal.err('The pipeline has no operate function here; this works with your own rights.\n');
        }
        const { release } = osOf(description.os);
        return operate(operatePorts(description), { description, release }, request);
      }),
  };
}

/** Who runs the command, and in which region; throws where either is not known. */
export async function signIn({
  account,
  profile,
  region: wanted,
}: Pick<PipelineOptions, 'account' | 'profile' | 'region'>): Promise<{
  readonly caller: Caller;
  readonly region: string;
}> {
  useProfile(profile);
  const region =
    wanted ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? (await profileRegion());
  if (region === undefined || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new UsageError(
      region === undefined
        ? 'No region is known; say --region, or set AWS_REGION.'
        : `A region is such as eu-central-1; got: '${region}'.`,
    );
  }
  const sts = new STSClient({ region });
  const caller = await explaining({ doing: 'tell who you are', region }, () => identifyCaller(sts, account));
  return { caller, region };
}

/** A profile that is named wins over keys of the environment, as with the AWS CLI; the SDK would warn of two sources. */
function useProfile(profile: string | undefined): void {
  if (profile !== undefined) {
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'].forEach((name) => {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fixed list of names
      delete process.env[name];
    });
    process.env['AWS_PROFILE'] = profile;
  }
}

/** The region of the profile, as the SDK finds it. */
async function profileRegion(): Promise<string | undefined> {
  try {
    return await new STSClient().config.region();
  } catch {
    return undefined;
  }
}
