import type { PublicationTarget } from '../../contract/documents/pipeline-description';
import type { AmiUse, BakedAmi } from '../care/baked-ami';

/** The AMIs of one pipeline, and what uses any AMI. */
export interface AmiInventory {
  /** Those of the pipeline in one region of its own account. */
  amisIn(region: string): Promise<readonly BakedAmi[]>;
  /** What uses AMIs in an account and region; throws where it cannot be read. */
  usesIn(target: PublicationTarget): Promise<readonly AmiUse[]>;
  /** Takes away the pipeline's by-revision parameters that name an AMI, in one account and region. */
  forget(target: PublicationTarget, amiId: string): Promise<void>;
  /** Warns new launches of an AMI from now on. Doing it again changes nothing. */
  deprecate(region: string, amiId: string, at: Date): Promise<void>;
  /** Deregisters an AMI with its snapshots, which the Recycle Bin keeps where it has a rule. Doing it again changes nothing. */
  remove(region: string, amiId: string): Promise<void>;
}
