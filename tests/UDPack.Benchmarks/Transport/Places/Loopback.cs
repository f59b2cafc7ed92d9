namespace UDPack.Benchmarks.Transport.Places;

/// <summary>The machine's own loopback interface.</summary>
internal sealed class Loopback : Place
{
    public override string ServerAddress => "127.0.0.1";

    public override IReadOnlyList<string> ServerLauncher => [];

    public override IReadOnlyList<string> ClientLauncher => [];

    public override LinkHealth? ReadHealth() => null;

    public override void Dispose()
    {
    }
}
