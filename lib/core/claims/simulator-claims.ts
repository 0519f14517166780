import type { Claim } from './claim';

/** Of what the simulated account answers without knowing; each `claim` is the sentence of `assumed` in `sim`. */
export const SIMULATOR_CLAIMS: readonly Claim[] = [
  {
    id: 'asg-refuses-delete-while-refreshing',
    claim: 'Auto Scaling refuses to delete a group by force while its instance refresh is under way.',
    otherwise: 'a rehearsed deletion differs from AWS',
    damage: 'figures',
    how: 'delete a group by force during a refresh in a test account',
  },
  {
    id: 'asg-words-of-launch-templates',
    claim: 'Auto Scaling says of a launch template, after its own words: …',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'update a test group to a launch template version without an AMI',
  },
  {
    id: 'cancel-of-ended-image-is-no-error',
    claim: 'CancelImageCreation of an image that has ended changes nothing and is no error.',
    otherwise: 'a rehearsed cancellation differs from AWS',
    damage: 'figures',
    how: '`aws imagebuilder cancel-image-creation` of an image that is available',
  },
  {
    id: 'ecs-words-of-second-change',
    claim: 'ECS refuses a second change of a cluster in the words that users report of it.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'two `aws ecs put-cluster-capacity-providers` of a test cluster at once',
  },
  {
    id: 'ec2-words-of-versions-by-number',
    claim: 'EC2 refuses versions by number without a launch template in these words.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: '`aws ec2 describe-launch-template-versions --versions 1`',
  },
  {
    id: 'versions-page-by-number',
    claim: 'ListObjectVersions pages by the number of versions alone, whatever their size.',
    otherwise: 'a rehearsed removal takes other pages',
    damage: 'figures',
    how: '`aws s3api list-object-versions --no-paginate` of a bucket with more than 1,000 versions: the first page has 1,000',
  },
  {
    id: 'asg-call-rates',
    claim: 'The rates of calls that Auto Scaling takes; what it says beyond them is reported.',
    otherwise: 'simulated throttling is too hard or too soft',
    damage: 'figures',
    how: '`aws autoscaling describe-auto-scaling-groups` in a loop until it is throttled',
  },
  {
    id: 'image-builder-call-rates',
    claim: 'The rates of calls that Image Builder takes; its model names the error.',
    otherwise: 'simulated throttling is too hard or too soft',
    damage: 'figures',
    how: '`aws imagebuilder list-images` in a loop until it is throttled',
  },
  {
    id: 'ecs-error-texts',
    claim: 'The texts of the errors of ECS; their names and the limits behind them are documented.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'describe 101 container instances, and a task of no cluster',
  },
  {
    id: 'ssm-error-texts',
    claim: 'The texts of the errors of Parameter Store; their names and conditions are documented.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'read a parameter that does not exist, and write one of a wrong name',
  },
  {
    id: 'asg-words-without-refresh',
    claim: 'What Auto Scaling says where no instance refresh can be stopped or turned back.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: '`aws autoscaling cancel-instance-refresh` of a group without one',
  },
  {
    id: 'model-refusal-words',
    claim: 'A service refuses what its model does not allow in these words: … …: …',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'send each service an input that its model does not allow',
  },
];
