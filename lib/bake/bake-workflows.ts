import { CfnWorkflow, type CfnImagePipeline } from 'aws-cdk-lib/aws-imagebuilder';
import { Construct } from 'constructs';
import { BUILD_WORKFLOW } from '../core/bake/build-workflow';
import { renderWorkflow } from '../core/bake/render-workflow';
import { TEST_WORKFLOW } from '../core/bake/test-workflow';
import type { WorkflowDocument } from '../core/bake/workflow-document';
import type { PipelineSettings } from './pipeline-settings';

/** What Image Builder does around the components, with limits of time; where the test fails, the image fails. */
export class BakeWorkflows extends Construct {
  public readonly configurations: CfnImagePipeline.WorkflowConfigurationProperty[];

  constructor(scope: Construct, id: string, { resourceName }: PipelineSettings) {
    super(scope, id);
    this.configurations = [
      this.workflow('Build', 'BUILD', `${resourceName}-build`, BUILD_WORKFLOW),
      this.workflow('Test', 'TEST', `${resourceName}-test`, TEST_WORKFLOW),
    ];
  }

  private workflow(
    id: string,
    type: string,
    name: string,
    document: WorkflowDocument,
  ): CfnImagePipeline.WorkflowConfigurationProperty {
    const workflow = new CfnWorkflow(this, id, {
      name,
      type,
      // Other content under the same version is a new build of it, as with components.
      version: '1.0.0',
      description: document.description,
      data: renderWorkflow(document),
    });
    return { workflowArn: workflow.attrArn, ...(type === 'TEST' ? { onFailure: 'ABORT' } : {}) };
  }
}
