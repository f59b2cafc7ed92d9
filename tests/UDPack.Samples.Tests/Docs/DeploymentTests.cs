using System.Diagnostics;
using System.Text.RegularExpressions;
using UDPack.Samples.Tests.Running;
using YamlDotNet.RepresentationModel;

namespace UDPack.Samples.Tests.Docs;

/// <summary>The examples in docs/deploy are what they say they are, as far as that can be seen without running them.</summary>
public sealed partial class DeploymentTests
{
    private const string Unit = "docs/deploy/udpack.service";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void The_unit_file_has_one_setting_a_line_in_its_three_sections()
    {
        var lines = Repository.Read(Unit).Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToList();
        Assert.Equal(["[Unit]", "[Service]", "[Install]"], lines.Where(line => line[0] == '['));
        Assert.All(lines.Where(line => line[0] != '['), line => Assert.Matches(@"^[A-Z][A-Za-z]+=\S*( \S+)*$", line));
        Assert.Contains("Type=notify", lines);
        Assert.Contains("Restart=on-failure", lines);

        // The host's ShutdownTimeout is 30 s by default.
        var stop = lines.Single(line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal)).Split('=')[1];
        Assert.InRange(int.Parse(stop, System.Globalization.CultureInfo.InvariantCulture), 31, 90);
    }

    [SystemdFact]
    public async Task Systemd_accepts_the_unit_file()
    {
        var folder = Directory.CreateTempSubdirectory("udpack-unit-");
        try
        {
            var file = Path.Combine(folder.FullName, "udpack.service");
            await File.WriteAllTextAsync(file, ExecStart().Replace(Repository.Read(Unit), "ExecStart=/bin/true"));
            using var verify = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", file]) { RedirectStandardError = true })!;
            var complaints = verify.StandardError.ReadToEndAsync();
            await verify.WaitForExitAsync().WaitAsync(Patience);

            // It also speaks of the machine's own units.
            Assert.DoesNotContain("udpack.service", await complaints, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_Dockerfile_copies_and_builds_what_there_is_and_does_not_run_as_root()
    {
        var lines = Repository.Read("docs/deploy/Dockerfile").Split('\n');
        var copied = lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1])
            .ToList();
        Assert.NotEmpty(copied);
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        var project = Publish().Match(string.Join('\n', lines)).Groups["project"].Value;
        Assert.True(File.Exists(Path.Combine(Repository.Root, project)), project);
        Assert.Contains(copied, path => project.StartsWith(path, StringComparison.Ordinal));
        Assert.Contains($"\"{Path.GetFileNameWithoutExtension(project)}.dll\"", lines.Last(line => line.StartsWith("ENTRYPOINT", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(2, lines.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        Assert.Contains("USER $APP_UID", lines);
        Assert.Contains("EXPOSE 9000/udp", lines);
    }

    [Fact]
    public void The_Kubernetes_objects_are_YAML_and_fit_together()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read("docs/deploy/kubernetes.yaml")));
        var objects = yaml.Documents.ToDictionary(document => Text(document.RootNode["kind"]), document => document.RootNode);
        Assert.Equal(["ConfigMap", "Deployment", "Service"], objects.Keys.Order(StringComparer.Ordinal));

        var pod = objects["Deployment"]["spec"]["template"];
        Assert.Equal(Text(objects["Service"]["spec"]["selector"]["app"]), Text(pod["metadata"]["labels"]["app"]));
        var container = ((YamlSequenceNode)pod["spec"]["containers"]).Single();
        var ports = ((YamlSequenceNode)container["ports"]).ToDictionary(port => Text(port["name"]));
        var published = ((YamlSequenceNode)objects["Service"]["spec"]["ports"]).Single();
        Assert.Equal("UDP", Text(published["protocol"]));
        Assert.Equal("UDP", Text(ports[Text(published["targetPort"])]["protocol"]));
        Assert.All(["startupProbe", "readinessProbe", "livenessProbe"], probe => Assert.Contains(Text(container[probe]["httpGet"]["port"]), ports.Keys));
        Assert.True(TimeSpan.FromSeconds(int.Parse(Text(pod["spec"]["terminationGracePeriodSeconds"]), System.Globalization.CultureInfo.InvariantCulture)) > TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_settings_in_the_Kubernetes_objects_are_known()
    {
        var documented = Repository.Read("docs/configuration.md");
        var settings = KubernetesSetting().Matches(Repository.Read("docs/deploy/kubernetes.yaml")).Select(match => match.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.Contains(
            $"`{setting.Replace(":default:", ":{name}:", StringComparison.Ordinal).Replace(":k1:", ":{name}:", StringComparison.Ordinal)}`", documented, StringComparison.Ordinal));
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex("^ExecStart=.*$", RegexOptions.Multiline)]
    private static partial Regex ExecStart();

    [GeneratedRegex(@"dotnet publish (?<project>\S+\.csproj)")]
    private static partial Regex Publish();

    [GeneratedRegex(@"^  (?<key>Udpack__\w+):", RegexOptions.Multiline)]
    private static partial Regex KubernetesSetting();
}
