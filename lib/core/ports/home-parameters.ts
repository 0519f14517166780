import type {
  PipelineDescription
} from '../contracts/pipeline-description';
import type { ParameterStore } from './parameter-store';
import type { ParameterStores } from './parameter-stores';
import { homeOf } from '../publish/pipeline-path';

/** The parameters of the pipeline's own account and region. */
export function homeParameters(
  stores: ParameterStores,
  description: PipelineDescription,
): Promise<ParameterStore> {
  return stores.of(homeOf(description));
}
