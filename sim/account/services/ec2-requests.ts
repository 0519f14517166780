import { EC2ServiceException, type Filter } from '@aws-sdk/client-ec2';
import { unmodelled } from '../../aws/cloudformation/environment';
import { page } from '../provenance';
import { pageOf, undeclared } from '../simulated-service';

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>;

const ERRORS = page('https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html');

/** Every filter must hold, by one of its values; throws for one that has no model. */
export function fits(
  filters: readonly Filter[] = [],
  tags: Tags,
  fields: Readonly<Record<string, string>>,
): boolean {
  return filters.every(({ Name = '', Values = [] }) => {
    if (Name === 'tag-key') {
      return Values.some((key) => Object.hasOwn(tags, key));
    }
    const value = Name.startsWith('tag:') ? (tags[Name.slice(4)] ?? '') : fields[Name];
    if (value === undefined) {
      throw unmodelled(`the filter ${Name} of EC2`);
    }
    return Values.includes(value);
  });
}

/** The part of a list that a request asks for. */
export function paged<T>(
  all: readonly T[],
  { MaxResults = all.length, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
) {
  const found = pageOf(all, MaxResults, NextToken);
  if (found === undefined) {
    throw unmodelled(`the token ${NextToken ?? ''}, which no list of EC2 gave`);
  }
  return { shown: found.shown, NextToken: found.next === undefined ? {} : { NextToken: found.next } };
}

/** Tags as EC2 lists them. */
export function listed(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** An id that is none of this shape is another error than one that no AMI has. */
export function notFound(id: string) {
  const kind = id.startsWith('snap-') ? 'InvalidSnapshot' : 'InvalidAMIID';
  return /^(ami|snap)-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)
    ? refusal(
        `${kind}.NotFound`,
        `The ${kind === 'InvalidAMIID' ? 'image id' : 'snapshot'} '[${id}]' does not exist`,
      )
    : refusal(`${kind}.Malformed`, `Invalid id: "${id}"`);
}

/** What EC2 refuses, by its list of errors. */
export function refusal(name: string, message: string, status = 400) {
  return undeclared(EC2ServiceException, { name, message, status }, ERRORS);
}
