import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Lazy } from 'aws-cdk-lib';
import { CfnInstanceProfile, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnComponent, CfnImageRecipe } from 'aws-cdk-lib/aws-imagebuilder';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct, type IDependable } from 'constructs';
import { CURRENT_ORDER_KEY, scriptsKey } from '../../contract/names/bucket-keys';
import { PIPELINE_TAG } from '../../contract/names/resources';
import { refusalText } from '../../core/aws-rules/rule';
import { checkComponent } from '../../core/aws-rules/rules';
import {
  CACHE_IMAGES_COMPONENT,
  NO_UPDATES,
  PREPARE_SYSPREP_COMPONENT,
  updateComponent,
} from '../../core/image-builder/build-components';
import { type ComponentDocument, renderComponent } from '../../core/image-builder/component-document';
import { verifyComponent } from '../../core/image-builder/verify-component';
import { allow, explainManagedPolicy } from '../../internal/allow';
import { instanceScriptsArchive } from '../../internal/handler-function';
import { allowKeyUse } from '../../internal/keys';
import type { BakeComponent } from '../props/bake-component';
import type { BaseAmiSource } from '../props/base-ami';
import { contentName, keepWhenReplaced } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';
import { registrySecrets } from './own-images';

/** The archive of the scripts that run on the instance, whose digest is known at synthesis. */
export class InstanceScripts extends Asset {
  /** In hexadecimal. */
  public readonly sha256: string;

  constructor(scope: Construct, id: string) {
    const path = instanceScriptsArchive();
    super(scope, id, { path });
    this.sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
}

/** Instance scripts in the pipeline's bucket, where the instances read them. */
export interface StoredScriptsArchive {
  readonly uri: string;
  readonly sha256: string;
  /** They are there once this is. */
  readonly stored: IDependable;
}

/** What the instances read and write. */
interface InstanceRoleProps {
  readonly bucket: IBucket;
  readonly catalogKey: string;
}

/**
 * The role of the build and the test instance. An instance writes only the documents that carry its own id, so none can
 * speak for another.
 */
export class InstanceRole extends Role {
  public readonly instanceProfileName: string;

  constructor(scope: Construct, id: string, { bucket, catalogKey }: InstanceRoleProps) {
    const policies = ['EC2InstanceProfileForImageBuilder', 'AmazonSSMManagedInstanceCore'];
    super(scope, id, {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: policies.map((policy) => ManagedPolicy.fromAwsManagedPolicyName(policy)),
    });
    for (const policy of policies) {
      explainManagedPolicy(
        this,
        policy,
        'Image Builder asks for this policy on its instances and keeps it up to date.',
      );
    }
    allow(this, {
      actions: ['s3:GetObject'],
      resources: [
        bucket.arnForObjects(scriptsKey('*')),
        bucket.arnForObjects(catalogKey),
        bucket.arnForObjects(CURRENT_ORDER_KEY),
      ],
      wildcardReason:
        'A bake under way reads the scripts that it began with, whatever was deployed meanwhile.',
    });
    allow(this, {
      actions: ['s3:PutObject'],
      // The unique id of the role and the id of the instance, joined by a colon.
      resources: ['manifests', 'verifications', 'failures'].map((folder) =>
        bucket.arnForObjects(`${folder}/\${aws:userid}.json`),
      ),
    });
    allowKeyUse(this, bucket.encryptionKey, 's3');
    this.instanceProfileName = new CfnInstanceProfile(this, 'Profile', { roles: [this.roleName] }).ref;
  }
}

/**
 * A component, whose name ends in a hash of its content and of the tags that an app adds: CloudFormation replaces it for either, and
 * Image Builder takes the same content no second time under one name.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-imagebuilder-component.html
 */
function makeComponent(
  scope: Construct,
  id: string,
  name: string,
  document: { readonly data: string; readonly description?: string },
): CfnComponent {
  const component = new CfnComponent(scope, id, { name, version: '1.0.0', platform: 'Windows', ...document });
  const { data, description } = document;
  component.name = Lazy.string({
    produce: () => {
      const added = Object.entries(component.tags.tagValues()).filter(([key]) => key !== PIPELINE_TAG);
      const content = [...(description === undefined ? [] : [description]), data];
      return contentName(scope, name, added.length === 0 ? content : [...content, added]);
    },
  });
  return keepWhenReplaced(component);
}

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
  const arn =
    componentArn ??
    makeComponent(scope, `Own-${name}`, `${prefix}-own-${name}`, { data: document ?? '' }).attrArn;
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
    const component = makeComponent(this, id, `${prefix}-${document.name}`, { data, description });
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
