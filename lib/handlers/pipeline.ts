import { parseDocument } from '../contract/documents/document';
import {
  pipelineDescriptionSchema,
  type PipelineDescription,
} from '../contract/documents/pipeline-description';
import { required } from '../contract/names/environment';

/** The pipeline that a handler serves, as its environment describes it. */
export function pipelineOf(environment: NodeJS.ProcessEnv): PipelineDescription {
  const name = 'WINBAKE_PIPELINE_DESCRIPTION';
  return parseDocument(pipelineDescriptionSchema, required(environment, name), name);
}
