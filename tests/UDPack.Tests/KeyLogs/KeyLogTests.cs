using System.Net;
using System.Text.RegularExpressions;

namespace UDPack.Tests.KeyLogs;

public sealed partial class KeyLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-keylog-");
    private readonly ServerKey _key = ServerKey.GenerateP256();

    private string File => Path.Combine(_folder.FullName, "keys.log");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Both_sides_log_the_same_secrets()
    {
        using var ofClient = new StringWriter();
        using var ofServer = new StringWriter();
        using var client = new UdpackKeyLog(ofClient);
        using var server = new UdpackKeyLog(ofServer);

        await ConnectAsync(client, server);

        var lines = ofClient.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["UDPACK_SHAKEHAND_KEY", "UDPACK_CLIENT_SECRET", "UDPACK_SERVER_SECRET"], lines.Select(static line => line.Split(' ')[0]));
        Assert.All(lines, static line => Assert.Matches(Line(), line));
        Assert.Single(lines.Select(static line => line.Split(' ')[1]).Distinct());
        Assert.Equal(ofClient.ToString(), ofServer.ToString());
    }

    [Fact]
    public async Task A_file_is_appended_to_by_many_at_once()
    {
        await System.IO.File.WriteAllTextAsync(File, "# before\n");
        Restrict(File);
        using (var client = new UdpackKeyLog(File))
        using (var server = new UdpackKeyLog(File))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConnectAsync(client, server)));
            Assert.Null(client.Failure);
        }

        var lines = await System.IO.File.ReadAllLinesAsync(File);
        Assert.Equal("# before", lines[0]);
        Assert.All(lines.Skip(1), static line => Assert.Matches(Line(), line));
        Assert.Equal(16, lines.Count(static line => line.StartsWith("UDPACK_SERVER_SECRET", StringComparison.Ordinal)));
        Assert.Equal(8, lines.Where(static line => line.StartsWith("UDPACK_CLIENT_SECRET", StringComparison.Ordinal)).Distinct().Count());
    }

    [Fact]
    public void The_file_is_its_owners_only()
    {
        using (new UdpackKeyLog(File))
        {
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
            System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            Assert.Contains("users other than its owner", Assert.Throws<IOException>(() => new UdpackKeyLog(File)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var elsewhere = Path.Combine(_folder.FullName, "authorized_keys");
        System.IO.File.WriteAllText(elsewhere, "");
        Restrict(elsewhere);
        System.IO.File.CreateSymbolicLink(File, elsewhere);

        Assert.Contains("is a link", Assert.Throws<IOException>(() => new UdpackKeyLog(File)).Message, StringComparison.Ordinal);
        Assert.Empty(System.IO.File.ReadAllText(elsewhere));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_an_error() =>
        Assert.ThrowsAny<IOException>(() => new UdpackKeyLog(Path.Combine(_folder.FullName, "missing", "keys.log")));

    [Fact]
    public async Task A_log_that_fails_or_has_ended_takes_no_session_with_it()
    {
        using var broken = new UdpackKeyLog(new BrokenWriter());
        var ended = new UdpackKeyLog(File);
        ended.Dispose();
        var failures = new List<Exception>();
        broken.Failed += failures.Add;

        await ConnectAsync(broken, ended);

        Assert.Same(broken.Failure, Assert.Single(failures));

        Assert.IsType<IOException>(broken.Failure);
        Assert.Null(ended.Failure);
        Assert.Empty(await System.IO.File.ReadAllTextAsync(File));
    }

    private async Task ConnectAsync(UdpackKeyLog client, UdpackKeyLog server)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var listener = UdpackListener.Listen(new UdpackListenerOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Keys = new StaticKeyStore(new ServerKeyRing(_key)),
            TokenValidator = new Everyone(),
            KeyLog = server,
        });
        await using var session = await UdpackClient.ConnectAsync(
            new UdpackClientOptions
            {
                RemoteEndPoint = listener.LocalEndPoint,
                ServerPublicKey = _key.PublicKey,
                Token = "token"u8.ToArray(),
                KeyLog = client,
            },
            patience.Token);
        await using var peer = await listener.AcceptSessionAsync(patience.Token);
        Assert.Equal(session.Id, peer.Id);
    }

    private static void Restrict(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [GeneratedRegex("^(UDPACK_SHAKEHAND_KEY [0-9a-f]{64} [0-9a-f]{56}|UDPACK_(CLIENT|SERVER)_SECRET [0-9a-f]{64} [0-9a-f]{8} 02 [0-9a-f]{64})$")]
    private static partial Regex Line();

    private sealed class Everyone : ITokenValidator
    {
        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) => new(TokenVerdict.Success());
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("The disk is full.");
    }
}
