import { CfnComponent, CfnImageRecipe } from 'aws-cdk-lib/aws-imagebuilder';
import { Construct } from 'constructs';
import { CURRENT_ORDER_KEY } from '../../contract/names/bucket-keys';
import { checkComponent } from '../../core/aws-rules/rules';
import { refusalText } from '../../core/aws-rules/rule';
import {
  CACHE_IMAGES_COMPONENT,
  PREPARE_SYSPREP_COMPONENT,
  NO_UPDATES,
  updateComponent,
} from '../../core/image-builder/build-components';
import { type ComponentDocument, renderComponent } from '../../core/image-builder/component-document';
import { verifyComponent } from '../../core/image-builder/verify-component';
import type { BakeComponent } from '../props/bake-component';
import type { BaseAmiSource } from '../props/base-ami';
import { PIPELINE_TAG } from '../../contract/names/resources';
import { contentName, keepWhenReplaced } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';
import type { InstanceRole, StoredScriptsArchive } from './instance-role';
import { registrySecrets } from './own-images';

/** A component of the user's own as part of a recipe; one that was given as a document is made first. */
function ownComponent(
  scope: Construct,
  { _componentArn: componentArn, _document: document, _name: name = '', _options: options }: BakeComponent,
  prefix: string,
): CfnImageRecipe.ComponentConfigurationProperty {
  const values = Object.entries(options.parameters ?? {}).map(([key, value]) => ({
    name: key,
    value: [value],
  }));
  const data = document ?? '';
  const arn =
    componentArn ??
    keepWhenReplaced(
      new CfnComponent(scope, `Own-${name}`, {
        name: contentName(scope, `${prefix}-own-${name}`, [data]),
        version: '1.0.0',
        platform: 'Windows',
        data,
      }),
    ).attrArn;
  return { componentArn: arn, ...(values.length === 0 ? {} : { parameters: values }) };
}

/** What the components are given. */
interface BakeRecipeProps {
  readonly settings: PipelineSettings;
  readonly bucketName: string;
  readonly catalogKey: string;
  readonly scripts: StoredScriptsArchive;
  readonly instanceRole: InstanceRole;
  readonly baseAmi: BaseAmiSource;
  /** The key of the volume; undefined for the account's default key of EBS. */
  readonly keyArn: string | undefined;
}

/** The recipe: the base AMI, brought up to date, with the base images that fit it, and the check of the result. */
export class BakeRecipe extends Construct {
  public readonly recipeArn: string;

  constructor(scope: Construct, id: string, props: BakeRecipeProps) {
    super(scope, id);
    const { settings, bucketName, catalogKey, scripts, instanceRole } = props;
    const { os, resourceName, updates, volume } = settings;
    const own = (last: boolean) =>
      settings.components
        .filter((component) => (component._options.last ?? false) === last)
        .map((component) => ownComponent(this, component, resourceName));
    const documents = { Bucket: bucketName, RoleId: instanceRole.roleId };
    const archive = { ScriptsUri: scripts.uri, ScriptsSha256: scripts.sha256 };
    const host = { ExpectedBuild: String(os.buildNumber), WindowsOs: os.name };
    const secrets = Object.entries(registrySecrets(this, settings.ownImages));
    const recipe = new CfnImageRecipe(this, 'Recipe', {
      name: resourceName,
      // Image Builder counts the patch itself, so that a change makes a new version of the same recipe.
      version: '1.0.x',
      description: `Winbake ${settings.pipelineName}: ${os.name} with cached base images`,
      parentImage: props.baseAmi.parentImage,
      // The AMI of a bake that fails in its test is found, and removed, by it.
      amiTags: { [PIPELINE_TAG]: settings.pipelineName },
      components: [
        this.component('Update', updateComponent(updates.timeout.toSeconds()), resourceName, {
          ...documents,
          ...archive,
          ExpectedBuild: host.ExpectedBuild,
          UpdatePolicy: updates.level,
          IncludeUpdates: listed(updates.include),
          ExcludeUpdates: listed(updates.exclude),
        }),
        // What a user's own components change is checked by the next one, and part of the AMI.
        ...own(false),
        this.component('CacheImages', CACHE_IMAGES_COMPONENT, resourceName, {
          ...documents,
          ...archive,
          ...host,
          CatalogKey: catalogKey,
          OrderKey: CURRENT_ORDER_KEY,
          Registry: settings.pullFrom,
          Proxy: settings.proxy ?? 'none',
          FileScan: settings.antivirusExclusions ? 'exclude' : 'keep',
          Secrets: secrets.length === 0 ? 'none' : secrets.map((entry) => entry.join('=')).join(','),
        }),
        ...own(true),
        this.component('PrepareSysprep', PREPARE_SYSPREP_COMPONENT, resourceName, {
          ...documents,
          ...archive,
          ...host,
        }),
        this.component('Verify', verifyComponent(mostImages(settings)), resourceName, {
          ...documents,
          ...archive,
        }),
      ],
      blockDeviceMappings: [
        {
          deviceName: '/dev/sda1',
          ebs: {
            volumeSize: volume.sizeGib,
            volumeType: volume.volumeType,
            ...(volume.throughput === undefined ? {} : { throughput: volume.throughput }),
            ...(volume.iops === undefined ? {} : { iops: volume.iops }),
            encrypted: true,
            ...(props.keyArn === undefined ? {} : { kmsKeyId: props.keyArn }),
            deleteOnTermination: true,
          },
        },
      ],
    });
    recipe.node.addDependency(scripts.stored);
    if (props.baseAmi.parameter !== undefined) {
      recipe.node.addDependency(props.baseAmi.parameter);
    }
    this.recipeArn = recipe.attrArn;
  }

  private component(
    id: string,
    document: ComponentDocument,
    prefix: string,
    values: Readonly<Record<string, string>>,
  ): CfnImageRecipe.ComponentConfigurationProperty {
    const data = renderComponent(document);
    const [refusal] = checkComponent({ name: document.name, data, values });
    if (refusal !== undefined) {
      throw new Error(`[${this.node.path}] Image Builder would refuse ${refusalText(refusal)}.`);
    }
    const { description } = document;
    const component = keepWhenReplaced(
      new CfnComponent(this, id, {
        name: contentName(this, `${prefix}-${document.name}`, [description, data]),
        version: '1.0.0',
        platform: 'Windows',
        description,
        data,
      }),
    );
    const parameters = Object.entries(values).map(([name, value]) => ({ name, value: [value] }));
    return { componentArn: component.attrArn, ...(parameters.length === 0 ? {} : { parameters }) };
  }
}

/** The images that an AMI may hold. */
function mostImages({ families, gate }: PipelineSettings): number {
  return families.length * (1 + gate.previousRevisions) + gate.extras.length;
}

function listed(updates: readonly string[]): string {
  return updates.length === 0 ? NO_UPDATES : updates.join(',');
}
