import { SSMClient } from '@aws-sdk/client-ssm';
import { explainFailure, explaining } from '../lib/aws/explain-failure';
import { pipelineSight } from '../lib/aws/doctor/pipeline-inspector';
import { readPipeline } from '../lib/aws/stores/pipeline-account';
import { examine } from '../lib/core/doctor/examine';
import { operatePorts } from '../lib/handlers/operate';
import type { Examine } from './commands/doctor';
import { signIn } from './pipeline-access';
import { reachFromHere } from './reach';

/** Looks into a pipeline with the rights of whoever runs the command. */
export const examinePipeline: Examine = async (options) => {
  const { caller, region } = await signIn(options);
  const description = await explaining({ doing: `read the pipeline ${options.pipeline}`, region }, () =>
    readPipeline(new SSMClient({ region }), options.prefix, options.pipeline, caller, region),
  );
  const ports = { ...operatePorts(description), sight: pipelineSight(region), reach: reachFromHere };
  const explain = (error: unknown) =>
    explainFailure(error, { doing: 'look', region }).message.replaceAll(/\s*\n\s*/g, ' ');
  const { account, pipeline } = description;
  return { pipeline, account, region, checks: await examine(ports, description, explain) };
};
