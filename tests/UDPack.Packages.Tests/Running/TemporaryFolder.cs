namespace UDPack.Packages.Tests.Running;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-packages-");

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    public string Combine(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public string Write(string name, string text)
    {
        var path = Combine(name);
        File.WriteAllText(path, text);
        return path;
    }
}
