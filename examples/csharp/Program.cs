// A pipeline, a fleet that watches an hour before it goes on, and a service on that fleet.
using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ECS;
using Winbake;

var os = WindowsOs.SERVER_2022_CORE;
var app = new App();

var platform = new Stack(app, "Platform");
new WindowsAmiPipeline(platform, "Pipeline", new WindowsAmiPipelineProps { Os = os });

var shop = new Stack(app, "Shop");
shop.AddStackDependency(platform, "It seeds the parameters that the fleet starts from.");
var cluster = new Cluster(shop, "Cluster", new ClusterProps
{
    Vpc = new Vpc(shop, "Vpc", new VpcProps { MaxAzs = 2 }),
});
var hosts = new WindowsCapacityProvider(shop, "Hosts", new WindowsCapacityProviderProps
{
    Cluster = cluster,
    Ami = WindowsAmi.FromChannel(new WindowsAmiChannelProps { Os = os }),
    FleetName = "csharp",
    Rollout = new RolloutOptions { CanaryPercentage = 20, Watch = Duration.Hours(1) },
});

var taskDefinition = new WindowsTaskDefinition(shop, "Web", new WindowsTaskDefinitionProps { Os = os });
taskDefinition.AddContainer("iis", new ContainerDefinitionOptions
{
    Image = ContainerImage.FromRegistry("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"),
    Cpu = 1024,
    MemoryLimitMiB = 2048,
});
new Ec2Service(shop, "Service", new Ec2ServiceProps
{
    Cluster = cluster,
    TaskDefinition = taskDefinition,
    DesiredCount = 2,
    MinHealthyPercent = 100,
    CapacityProviderStrategies = [hosts.Strategy()],
    CircuitBreaker = new DeploymentCircuitBreaker { Rollback = true },
});

app.Synth();
