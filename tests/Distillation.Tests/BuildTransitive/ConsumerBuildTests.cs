using System.Diagnostics;

namespace Distillation.Tests.BuildTransitive;

/// <summary>Builds a project that has the package's targets, and files of other contents in the places of TorchSharp's.</summary>
public sealed class ConsumerBuildTests : IDisposable
{
    private const string Version = "GLIBCXX_3.4.32";

    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;

    public ConsumerBuildTests()
    {
        Write("package/runtimes/linux-x64/native/libLibTorchSharp.so", ElfSymbolVersionsTests.Elf([Version]));
        Write("package/lib/TorchSharp.dll", File.ReadAllBytes(typeof(Console).Assembly.Location));
        File.WriteAllText(At("app.proj"), $"""
            <Project>
              <PropertyGroup>
                <IntermediateOutputPath>obj/</IntermediateOutputPath>
                <OutputType>Library</OutputType>
                <NETCoreSdkPortableRuntimeIdentifier>linux-x64</NETCoreSdkPortableRuntimeIdentifier>
                <_DistillationSystemLibraries>system/libstdc++.so.6</_DistillationSystemLibraries>
              </PropertyGroup>
              <Target Name="ResolvePackageAssets">
                <ItemGroup>
                  <RuntimeTargetsCopyLocalItems Include="package/runtimes/linux-x64/native/libLibTorchSharp.so" DestinationSubDirectory="native/"
                                                Condition="'$(RuntimeIdentifier)' == ''" />
                  <NativeCopyLocalItems Include="package/runtimes/linux-x64/native/libLibTorchSharp.so" Condition="'$(RuntimeIdentifier)' != ''" />
                  <RuntimeCopyLocalItems Include="package/lib/TorchSharp.dll" />
                </ItemGroup>
              </Target>
              <Target Name="Show" DependsOnTargets="ResolvePackageAssets">
                <ItemGroup>
                  <Used Include="@(RuntimeTargetsCopyLocalItems->'%(Identity) to %(DestinationSubDirectory)')" />
                  <Used Include="@(NativeCopyLocalItems);@(RuntimeCopyLocalItems)" />
                </ItemGroup>
                <Message Importance="high" Text="used: @(Used, ' ')" />
              </Target>
              <Import Project="{Path.Combine(Root(AppContext.BaseDirectory), "src", "Distillation", "buildTransitive", "Distillation.targets")}" />
            </Project>
            """);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Copies_are_made_once_with_a_line_each_and_used_by_every_build()
    {
        string[] first = Build();
        DateTime[] written = [.. Copies().Select(File.GetLastWriteTimeUtc)];
        string[] second = Build();

        first.Should().HaveCount(3);
        first[0].Should().Contain("libLibTorchSharp.so").And.Contain("DistillationWeakenSymbolVersion");
        first[1].Should().Contain("TorchSharp.dll").And.Contain("DistillationKeepArgumentsAlive");
        first[2].Should().Be("used: obj/distillation/linux-x64/libLibTorchSharp.so to native/ obj/distillation/TorchSharp.dll");
        second.Should().Equal(first[2]);
        Copies().Select(File.GetLastWriteTimeUtc).Should().Equal(written);
    }

    [Fact]
    public void Copies_are_made_again_where_the_package_changes_or_one_is_gone()
    {
        Build();
        File.SetLastWriteTimeUtc(At("package/runtimes/linux-x64/native/libLibTorchSharp.so"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.Delete(At("obj/distillation/TorchSharp.dll"));

        Build().Should().HaveCount(3);
        Copies().Should().AllSatisfy(copy => File.Exists(copy).Should().BeTrue());
    }

    [Fact]
    public void Native_library_stays_the_package_s_where_the_system_has_the_version_unless_it_is_forced()
    {
        byte[] system = ElfSymbolVersionsTests.Elf([Version]);
        system[18] = 62;
        Build();
        Write("system/libstdc++.so.6", system);

        string[] auto = Build();
        string[] forced = Build("-p:DistillationWeakenSymbolVersion=true");
        string[] foreign = Build("-p:RuntimeIdentifier=linux-arm64");

        auto.Should().Equal("used: package/runtimes/linux-x64/native/libLibTorchSharp.so to native/ obj/distillation/TorchSharp.dll");
        forced[^1].Should().StartWith("used: obj/distillation/linux-x64/libLibTorchSharp.so");
        foreign[^1].Should().Be("used: obj/distillation/linux-x64/libLibTorchSharp.so obj/distillation/TorchSharp.dll");
    }

    [Fact]
    public void Both_are_switched_off_by_properties() =>
        Build("-p:DistillationWeakenSymbolVersion=false", "-p:DistillationKeepArgumentsAlive=false").Should().Equal(
            "used: package/runtimes/linux-x64/native/libLibTorchSharp.so to native/ package/lib/TorchSharp.dll");

    [Fact]
    public void Value_that_no_property_has_is_refused_by_name() =>
        Build("-p:DistillationWeakenSymbolVersion=maybe").Should().ContainSingle(line =>
            line.Contains("error : DistillationWeakenSymbolVersion is 'maybe'; it must be auto, true or false.", StringComparison.Ordinal));

    private static string Root(string folder) => File.Exists(Path.Combine(folder, "Distillation.sln")) ? folder : Root(Path.GetDirectoryName(folder)!);

    private string[] Copies() => [At("obj/distillation/linux-x64/libLibTorchSharp.so"), At("obj/distillation/TorchSharp.dll")];

    private string At(string path) => Path.Combine(_directory, path);

    private void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), bytes);
    }

    // The lines of the build.
    private string[] Build(params string[] properties)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", "app.proj", "-t:Show", "-nologo", "-tl:off", "-nodeReuse:false", .. properties])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
    }
}
