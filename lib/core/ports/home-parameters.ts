import { type PipelineDescription, homeOf } from '../../contract/documents/pipeline-description';
import type { ParameterStore } from './parameter-store';
import type { ParameterStores } from './parameter-stores';

/** The parameters of the pipeline's own account and region. */
export function homeParameters(
  stores: ParameterStores,
  description: PipelineDescription,
): Promise<ParameterStore> {
  return stores.of(homeOf(description));
}
