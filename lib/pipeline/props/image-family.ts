/** A kind of base image of Microsoft's; one that the os does not have ends synthesis. */
export class ImageFamily {
  /** Windows Server Core: `windows/servercore`. */
  public static readonly SERVERCORE = new ImageFamily('servercore');
  /** Nano Server, since Windows Server 2019: `windows/nanoserver`. */
  public static readonly NANOSERVER = new ImageFamily('nanoserver');
  /** Server Core with IIS: `windows/servercore/iis`. */
  public static readonly IIS = new ImageFamily('iis');
  /** Server Core with IIS and ASP.NET of .NET Framework: `dotnet/framework/aspnet`. */
  public static readonly ASPNET = new ImageFamily('aspnet');
  /** The whole Windows API, since Windows Server 2022: `windows/server`. */
  public static readonly SERVER = new ImageFamily('server');
  /** Server Core with .NET Framework: `dotnet/framework/runtime`. */
  public static readonly FRAMEWORK_RUNTIME = new ImageFamily('framework-runtime');
  /** Server Core with what builds for .NET Framework: `dotnet/framework/sdk`. */
  public static readonly FRAMEWORK_SDK = new ImageFamily('framework-sdk');
  /** Nano Server with ASP.NET Core: `dotnet/aspnet`. */
  public static readonly DOTNET_ASPNET = new ImageFamily('dotnet-aspnet');
  /** Nano Server with .NET: `dotnet/runtime`. */
  public static readonly DOTNET_RUNTIME = new ImageFamily('dotnet-runtime');

  private constructor(
    /** Its name in documents, tables and messages, such as `servercore`. */
    public readonly name: string,
  ) {}
}

/** A line of tags that is followed in place of the one that Microsoft keeps alive; synthesis warns of one that ended. */
export interface FollowedLine {
  /** Whose line it is. */
  readonly family: ImageFamily;

  /** The line, such as `4.8` of `ImageFamily.ASPNET`. */
  readonly line: string;
}
