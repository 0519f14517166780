import { CfnWorkflow, type CfnImagePipeline } from 'aws-cdk-lib/aws-imagebuilder';
import { Construct } from 'constructs';
import { BUILD_WORKFLOW, renderWorkflow, TEST_WORKFLOW, type BuildWorkflowDocument, type TestWorkflowDocument } from '../core/image-builder/workflows';
import type { PipelineSettings } from './pipeline-settings';

/** A stage of Image Builder with the document that it takes. */
type Stage =
  | { readonly type: 'BUILD'; readonly document: BuildWorkflowDocument }
  | { readonly type: 'TEST'; readonly document: TestWorkflowDocument };

/** What Image Builder does around the components; where the test fails, the image fails. */
export class BakeWorkflows extends Construct {
  public readonly configurations: CfnImagePipeline.WorkflowConfigurationProperty[];

  constructor(scope: Construct, id: string, { resourceName }: PipelineSettings) {
    super(scope, id);
    this.configurations = [
      this.workflow('Build', `${resourceName}-build`, { type: 'BUILD', document: BUILD_WORKFLOW }),
      this.workflow('Test', `${resourceName}-test`, { type: 'TEST', document: TEST_WORKFLOW }),
    ];
  }

  private workflow(
    id: string,
    name: string,
    { type, document }: Stage,
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
