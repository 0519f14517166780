import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Fact } from '../../core/prove/facts';
import type { RecordableCall } from '../../core/prove/transcript-of';

/** The services that know what a deployment shows. */
export interface ProofClients {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly imagebuilder: ImagebuilderClient;
  readonly logs: CloudWatchLogsClient;
  readonly quotas: ServiceQuotasClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly ssm: SSMClient;
}

/** Clients of a region with the caller's credentials. */
export function proofClients(region: string): ProofClients {
  return {
    autoScaling: new AutoScalingClient({ region }),
    ec2: new EC2Client({ region }),
    ecs: new ECSClient({ region }),
    imagebuilder: new ImagebuilderClient({ region }),
    logs: new CloudWatchLogsClient({ region }),
    quotas: new ServiceQuotasClient({ region }),
    s3: new S3Client({ region }),
    sfn: new SFNClient({ region }),
    ssm: new SSMClient({ region }),
  };
}

/** Reads a fact; what cannot be read is none, and keeps no other from being read. */
export async function factOf<T>(
  explain: (error: unknown) => string,
  read: () => Promise<T>,
): Promise<Fact<T>> {
  try {
    return { seen: await read() };
  } catch (error) {
    return { missing: explain(error) };
  }
}

/** The package of each client. */
const SERVICES: Readonly<Record<keyof ProofClients, string>> = {
  autoScaling: 'auto-scaling',
  ec2: 'ec2',
  ecs: 'ecs',
  imagebuilder: 'imagebuilder',
  logs: 'cloudwatch-logs',
  quotas: 'service-quotas',
  s3: 's3',
  sfn: 'sfn',
  ssm: 'ssm',
};

type Next = (args: { readonly input: object }) => Promise<{ readonly output: object }>;
type Observe = (
  next: Next,
  context: { readonly commandName: string },
) => (args: { readonly input: object }) => Promise<{ readonly output: object }>;

interface Stack {
  add(middleware: Observe, options: { step: 'initialize'; priority: 'high' }): void;
}

/** Lets something stand between clients and AWS: it sees each call by its service and operation. */
export function between(
  clients: ProofClients,
  work: (service: string, operation: string, input: object, next: () => Promise<object>) => Promise<object>,
): void {
  for (const [service, client] of Object.entries(clients) as [
    keyof ProofClients,
    { middlewareStack: unknown },
  ][]) {
    (client.middlewareStack as Stack).add(
      (next, { commandName }) =>
        async (args) => {
          const operation = commandName.replace(/Command$/, '');
          const output = await work(
            SERVICES[service],
            operation,
            args.input,
            async () => (await next(args)).output,
          );
          return { output, response: undefined };
        },
      { step: 'initialize', priority: 'high' },
    );
  }
}

/** Keeps each call of the clients, in the order in which they were answered. */
export function observeCalls(clients: ProofClients): readonly RecordableCall[] {
  const calls: RecordableCall[] = [];
  between(clients, async (service, operation, input, next) => {
    try {
      const output = await next();
      calls.push({ service, operation, input, output });
      return output;
    } catch (error) {
      const { $metadata, message, name } = error as Error & { $metadata?: { httpStatusCode?: number } };
      const status = $metadata?.httpStatusCode;
      if (status !== undefined) {
        calls.push({ service, operation, input, error: { name, message, status } });
      }
      throw error;
    }
  });
  return calls;
}
