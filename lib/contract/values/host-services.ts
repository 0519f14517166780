/**
 * What a container host calls before it is in service, for its tasks' images and logs, and for Session Manager; the S3 endpoint is free and of
 * the gateway kind.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-vpc-endpoints.html - to complete the launch
 */
export const HOST_SERVICES = [
  'ecs',
  'ecs-agent',
  'ecs-telemetry',
  'autoscaling',
  'ecr.api',
  'ecr.dkr',
  's3',
  'logs',
  'ssm',
  'ssmmessages',
] as const;
