import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import type { Announcer } from '../ports/notices';
import type { DocumentStore } from '../ports/stores';
import { noteAnnounced, readDeliveries } from './deliveries';

/** What the detail of `Winbake AMI Published` holds; `docs/events.md` documents it. */
export interface PublishedDetail extends Channel {
  readonly pipeline: string;
  readonly os: string;
  readonly parameterPath: string;
}

/** The detail of a publication's event. */
export function publishedDetail(description: PipelineDescription, publication: Channel): PublishedDetail {
  const { os, pipeline } = description;
  return { ...publication, pipeline, os, parameterPath: pipelinePath(description) };
}

/** Sends the event of the newest publication unless it was sent: once as far as possible, twice where a run died between. */
export async function announceLatest(
  { announcer, documents }: { readonly announcer: Announcer; readonly documents: DocumentStore },
  description: PipelineDescription,
  latest: Channel | undefined,
): Promise<void> {
  if (latest === undefined || latest.mode === 'unbaked') {
    return;
  }
  if ((await readDeliveries(documents)).announced !== latest.id) {
    await announcer.announce('Winbake AMI Published', { ...publishedDetail(description, latest) });
    await noteAnnounced(documents, latest.id);
  }
}
