namespace UDPack.Samples.Tests.Docs;

/// <summary>docs/troubleshooting.md has every error and the beginning of every message that a user can meet.</summary>
public sealed class TroubleshootingTests
{
    private const string Document = "docs/troubleshooting.md";

    private static readonly string Text = Repository.Read(Document);

    public static TheoryData<string> Sources() =>
    [
        "src/UDPack/Clients/AddressRace.cs", "src/UDPack/Clients/ConnectDeadline.cs",
        "src/UDPack/Clients/ConnectErrors.cs",
        "src/UDPack/Clients/Connecting.cs",
        "src/UDPack/Clients/ServerName.cs",
        "src/UDPack/Sessions/Confirmation.cs",
        "src/UDPack/Sessions/SessionErrors.cs",
        "src/UDPack/Clients/UdpackClient.cs",
        "src/UDPack/Listening/UdpackListener.cs",
        "src/UDPack/Sessions/UdpackSession.cs",
        "src/UDPack/Sessions/UdpackSession.Streams.cs",
        "src/UDPack/Streams/UdpackStream.cs",
        "src/UDPack/Streams/UdpackStream.Ends.cs",
        "src/UDPack.Hosting/Clients/ClientConnection.cs",
        "src/UDPack.Hosting/Clients/ClientConnections.cs",
        "src/UDPack.Hosting/Clients/ClientOptionsFactory.cs",
        "src/UDPack.Hosting/Configuration/LimitPairs.cs",
        "src/UDPack.Hosting/Configuration/ServerOptionsValidator.cs",
        "src/UDPack.Hosting/Configuration/SettingProblem.cs",
        "src/UDPack.Hosting/Configuration/SettingShape.cs",
        "src/UDPack.Hosting/Handlers/HandlerTable.cs",
        "src/UDPack.Hosting/Keys/DevelopmentKeyStore.cs",
        "src/UDPack.Hosting/Keys/KeyFile.cs",
        "src/UDPack.Hosting/Keys/KeyRingLoader.cs",
        "src/UDPack.Hosting/Server/ServerComposer.cs",
    ];

    [Fact]
    public void Every_error_has_a_heading() =>
        Assert.DoesNotContain(Enum.GetNames<UdpackError>(), name => !Text.Contains($"### {name}\n", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Sources))]
    public void The_beginning_of_every_message_can_be_found(string source)
    {
        var beginnings = MessageTexts.BeginningsIn(source).ToList();
        Assert.NotEmpty(beginnings);
        Assert.DoesNotContain(beginnings, beginning => !Text.Contains(beginning, StringComparison.Ordinal));
    }
}
