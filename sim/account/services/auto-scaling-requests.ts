import { AutoScalingServiceException, InvalidNextToken } from '@aws-sdk/client-auto-scaling';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import type { Place } from '../commands/command-row';
import { page, type Provenance, reported } from '../provenance';
import { declared, pageOf, undeclared, type Refusal } from '../simulated-service';
import type { SimulatedFleets } from './fleets';

const DESCRIBE = page(
  'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html',
);
const RECORDS = { default: 50, limit: 100 };

/** Auto Scaling's refusal of an input that its model allows. */
export function refusal(message: string, provenance: Provenance): Refusal {
  const error = { name: 'ValidationError', message, status: 400 };
  return undeclared(AutoScalingServiceException, error, provenance);
}

/** The group of that name; a call about another is refused. */
export function findGroup(fleets: SimulatedFleets, name = '', place: Place): SimulatedGroup {
  const found = fleets.groupsAt(place).find((group) => group.name === name);
  if (found === undefined) {
    throw refusal(
      `AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`,
      reported('https://github.com/kubernetes-sigs/cluster-api-provider-aws/pull/4662'),
    );
  }
  return found;
}

/** The part of a list that a request asks for. */
export function recordsOf<T>(
  all: readonly T[],
  {
    MaxRecords: size = RECORDS.default,
    NextToken,
  }: { readonly MaxRecords?: number | undefined; readonly NextToken?: string | undefined },
  limit = RECORDS.limit,
): { readonly shown: readonly T[]; readonly next: { readonly NextToken?: string } } {
  if (size < 1 || size > limit) {
    throw refusal(`MaxRecords must be between 1 and ${limit}; got: ${size}`, DESCRIBE);
  }
  const paged = pageOf(all, size, NextToken);
  if (paged === undefined) {
    throw declared(InvalidNextToken, 'The NextToken value is not valid.', DESCRIBE);
  }
  return { shown: paged.shown, next: paged.next === undefined ? {} : { NextToken: paged.next } };
}
