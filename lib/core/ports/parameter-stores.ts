import type { PublicationTarget } from '../../contract/documents/pipeline-description';
import type { ParameterStore } from './parameter-store';

/** The parameters of every account and region that publications go to. */
export interface ParameterStores {
  /** The parameters of a target. Throws where its account does not let us in, which a new account does not do yet. */
  of(target: PublicationTarget): Promise<ParameterStore>;
}
