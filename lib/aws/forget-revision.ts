import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  ParameterNotFound,
  type SSMClient,
} from '@aws-sdk/client-ssm';

/** Takes away the by-revision parameters of a pipeline that name an AMI; `path` is such as `/winbake/2022-core`. */
export async function forgetRevision(client: SSMClient, path: string, amiId: string): Promise<void> {
  const found: string[] = [];
  const request = { Path: `${path}/by-revision`, Recursive: true };
  for await (const page of paginateGetParametersByPath({ client }, request)) {
    for (const { Name = '', Value = '' } of page.Parameters ?? []) {
      if (Value === amiId || Value.includes(`"${amiId}"`)) {
        found.push(Name);
      }
    }
  }
  for (const Name of found) {
    try {
      await client.send(new DeleteParameterCommand({ Name }));
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) {
        throw error;
      }
    }
  }
}
