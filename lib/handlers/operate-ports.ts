import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { accountAmiInventory } from '../aws/account-ami-inventory';
import { accountParameterStores } from '../aws/account-parameter-stores';
import { imageBuilderControl } from '../aws/image-builder-control';
import { s3DocumentStore } from '../aws/s3-document-store';
import { stepFunctionsExecutions } from '../aws/step-functions-executions';
import { stepFunctionsRebakes } from '../aws/step-functions-rebakes';
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
