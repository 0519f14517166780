import {
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
  ResourceNotFoundException,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Remains } from '../core/cleanup/orphaned-resources';
import { absentWhere } from './absent-where';

/** The log groups of these names that are there. */
export function leftLogGroups(
  client: CloudWatchLogsClient,
  names: readonly string[],
): Pick<Remains, 'logGroups' | 'deleteLogGroup'> {
  return {
    logGroups: async () => {
      const found: string[] = [];
      for (const logGroupNamePrefix of names) {
        for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix })) {
          found.push(...(page.logGroups ?? []).flatMap(({ logGroupName }) => logGroupName ?? []));
        }
      }
      return names.filter((name) => found.includes(name));
    },
    deleteLogGroup: async (logGroupName) => {
      await absentWhere(ResourceNotFoundException, () =>
        client.send(new DeleteLogGroupCommand({ logGroupName })),
      );
    },
  };
}
