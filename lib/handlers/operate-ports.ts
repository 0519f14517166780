import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { accountAmiInventory } from '../aws/ami-inventory';
import { imageBuilderControl } from '../aws/image-builder';
import { stepFunctionsExecutions, stepFunctionsRebakes } from '../aws/step-functions';
import { accountParameterStores } from '../aws/stores/account-parameter-stores';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import type { PipelineDescription } from '../contract/documents/pipeline-description';
import type { OperatePorts } from '../core/operate/operate';

/** The services that the verbs work with, as whoever's credentials this process has. */
export function operatePorts(description: PipelineDescription): OperatePorts {
  const { bucket, region } = description;
  const sts = new STSClient({ region });
  const stateMachine = new SFNClient({ region });
  return {
    documents: s3DocumentStore(new S3Client({ region }), bucket),
    stores: accountParameterStores({ description, sts }),
    executions: stepFunctionsExecutions(stateMachine),
    rebakes: stepFunctionsRebakes(stateMachine),
    bakes: imageBuilderControl(new ImagebuilderClient({ region })),
    inventory: accountAmiInventory(description, sts),
    now: () => new Date(),
  };
}
