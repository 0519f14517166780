import { parseDocument } from '../core/contracts/parse-document';
import { pipelineDescriptionSchema, type PipelineDescription } from '../core/contracts/pipeline-description';
import { required } from './env';

/** The pipeline that a handler serves, as its environment describes it. */
export function pipelineOf(environment: NodeJS.ProcessEnv): PipelineDescription {
  const name = 'WINBAKE_PIPELINE_DESCRIPTION';
  return parseDocument(pipelineDescriptionSchema, required(environment, name), name);
}
