/** The console of each partition. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * The address of a build's log in the CloudWatch console; undefined for what is no ARN of an image build version. Image
 * Builder writes to the group `/aws/imagebuilder/<name>` and the stream `<version>/<build>`.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/monitor-cwlogs.html
 */
export function logLink(imageBuildVersionArn: string): string | undefined {
  const match = /^arn:([^:]+):imagebuilder:([^:]+):\d+:image\/([^/]+)\/([^/]+\/[^/]+)$/.exec(
    imageBuildVersionArn,
  );
  const [, partition = '', region = '', name = '', stream = ''] = match ?? [];
  const host = CONSOLES[partition];
  return host === undefined
    ? undefined
    : `https://${region}.${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/` +
        `${encoded(`/aws/imagebuilder/${name}`)}/log-events/${encoded(stream)}`;
}

/** The console's own form: encoded twice, with `$` for `%`. */
function encoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}
