using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Configuration;
using UDPack.Hosting.KeyLogs;
using UDPack.Sockets;

namespace UDPack.Hosting.Clients;

/// <summary>Makes the core library's options of a client's settings.</summary>
internal static class ClientOptionsFactory
{
    private static readonly ClientSettingsRules Rules = new();

    public static UdpackClientSettings Read(IConfigurationSection section)
    {
        var settings = new UdpackClientSettings();
        Bind(section, settings);
        return settings;
    }

    public static void Bind(IConfigurationSection section, UdpackClientSettings settings)
    {
        settings.Shape = new ShapeReport();
        UdpackConfiguration.Readable(section, UdpackShapes.Client, settings.Shape).Bind(settings);
        if (section.IsGivenAsNull("Session", nameof(UdpackClientSessionSettings.IdleTimeout)))
        {
            settings.Session.IdleTimeout = null;
        }

        if (section.IsGivenAsNull("Reconnect", nameof(UdpackClientReconnectSettings.MaxTokenRefusals)))
        {
            settings.Reconnect.MaxTokenRefusals = null;
        }
    }

    /// <summary>The options, or every reason why there are none.</summary>
    /// <param name="settings">What was set.</param>
    /// <param name="path">Where, for the messages.</param>
    /// <param name="basePath">What a relative key file is relative to.</param>
    /// <param name="hasTokenProvider">Whether the token comes from elsewhere.</param>
    /// <param name="keyLogs">The host's key logs; null outside a host.</param>
    /// <exception cref="OptionsValidationException">The settings cannot be used.</exception>
    public static UdpackClientOptions Create(UdpackClientSettings settings, string path, string basePath, bool hasTokenProvider = false, KeyLogFiles? keyLogs = null)
    {
        List<string> problems = [.. settings.Shape.Problems, .. Rules.Validate(path, settings).Failures ?? []];
        var remote = ParseEndPoint(settings.RemoteEndPoint);
        if (remote is null)
        {
            problems.Add(SettingProblem.BadValue($"{path}:RemoteEndPoint", settings.RemoteEndPoint, "Set it to the server's host:port, such as 127.0.0.1:9000."));
        }
        else if (remote is IPEndPoint { Address: var address } && AddressRules.RemoteProblem(address) is { } problem)
        {
            problems.Add(SettingProblem.BadValue($"{path}:RemoteEndPoint", settings.RemoteEndPoint, problem));
        }

        if (string.IsNullOrEmpty(settings.Token) && !hasTokenProvider && !settings.Shape.Names($"{path}:Token"))
        {
            problems.Add($"{path}:Token is not set. Set it to the token that the server checks.");
        }

        CheckChoice($"{path}:Algorithm", settings.Algorithm, problems);
        CheckChoice($"{path}:InitialConnect", settings.InitialConnect, problems);
        CheckChoice($"{path}:PendingSends", settings.PendingSends, problems);
        CheckKeepAlive(path, settings, problems);
        CheckDelay($"{path}:Reconnect", nameof(settings.Reconnect.MaxDelay), settings.Reconnect.MaxDelay, settings.Reconnect.InitialDelay, problems);
        CheckDelay(
            $"{path}:Reconnect", nameof(settings.Reconnect.MaxDelayWhenRefused), settings.Reconnect.MaxDelayWhenRefused, settings.Reconnect.InitialDelay, problems);
        ServerOptionsValidator.CheckCongestion($"{path}:Session", settings.Session.Congestion, problems);
        LimitPairs.Check($"{path}:Session", settings.Session, problems);
        var key = ReadKey(settings, path, basePath, problems);
        var keyLog = (keyLogs ?? new KeyLogFiles()).Open(path, settings.KeyLogFile, settings.AllowKeyLog, isServer: false, basePath, problems);
        if (problems.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(UdpackClientSettings), problems);
        }

        return new UdpackClientOptions
        {
            RemoteEndPoint = remote!,
            ServerPublicKey = key!,
            Token = Encoding.UTF8.GetBytes(settings.Token ?? ""),
            Algorithm = settings.Algorithm,
            MaxAttempts = settings.Handshake.RetryCount + 1,
            RetryInterval = settings.Handshake.RetryInterval,
            ConnectTimeout = settings.ConnectTimeout,
            KeepAliveInterval = settings.KeepAlive,
            KeyLog = keyLog,
            Session = new UdpackSessionOptions
            {
                IdleTimeout = settings.Session.IdleTimeout,
                MaxPacketBytes = settings.Session.MaxPacketBytes,
                SessionCreditBytes = settings.Session.SessionCreditBytes,
                MaxSessionCreditBytes = settings.Session.MaxSessionCreditBytes,
                StreamCreditBytes = settings.Session.StreamCreditBytes,
                MaxStreamCreditBytes = settings.Session.MaxStreamCreditBytes,
                MaxStreams = settings.Session.MaxStreams,
                SendBufferBytes = settings.Session.SendBufferBytes,
                MaxSendBufferBytes = settings.Session.MaxSendBufferBytes,
                DatagramQueueBytes = settings.Session.DatagramQueueBytes,
                Congestion = settings.Session.Congestion,
                MaxUdpPayloadBytes = settings.Session.MaxUdpPayloadBytes,
            },
        };
    }

    /// <summary>Less often, and a lost ping or two would end the session: three must fit.</summary>
    private static void CheckKeepAlive(string path, UdpackClientSettings settings, List<string> problems)
    {
        if (settings is { KeepAlive: { } interval, Session.IdleTimeout: { } idle } && interval > idle / 3)
        {
            problems.Add(SettingProblem.BadValue(
                $"{path}:KeepAlive", DurationRangeAttribute.Text(interval), $"Set it to at most a third of {path}:Session:IdleTimeout ({DurationRangeAttribute.Text(idle)}), or raise that."));
        }
    }

    private static void CheckDelay(string path, string name, TimeSpan longest, TimeSpan first, List<string> problems)
    {
        if (longest < first)
        {
            problems.Add(SettingProblem.BadValue(
                $"{path}:{name}", DurationRangeAttribute.Text(longest), $"Set it to at least {path}:InitialDelay ({DurationRangeAttribute.Text(first)})."));
        }
    }

    private static void CheckChoice<T>(string key, T value, List<string> problems)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            problems.Add(SettingProblem.BadValue(key, value.ToString(), $"Set it to one of: {string.Join(", ", Enum.GetNames<T>())}."));
        }
    }

    private static EndPoint? ParseEndPoint(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0)
        {
            return null;
        }

        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host[1..^1], out var bracketed) ? new IPEndPoint(bracketed, port) : null;
        }

        if (IpAddressAttribute.IsAddress(host))
        {
            // "::1:9000" could mean two things; IPv6 addresses are written in brackets.
            return host.Contains(':', StringComparison.Ordinal) ? null : new IPEndPoint(IPAddress.Parse(host), port);
        }

        return Uri.CheckHostName(host) == UriHostNameType.Dns ? new DnsEndPoint(host, port) : null;
    }

    private static ServerPublicKey? ReadKey(UdpackClientSettings settings, string path, string basePath, List<string> problems)
    {
        var hasFile = !string.IsNullOrEmpty(settings.ServerPublicKeyFile);
        if (hasFile == !string.IsNullOrEmpty(settings.ServerPublicKey))
        {
            problems.Add(
                hasFile
                    ? $"{path} has both ServerPublicKeyFile and ServerPublicKey. Keep one of them."
                    : $"{path}:ServerPublicKeyFile is not set. Set it to the server's public key, the file *.pub.pem.");
            return null;
        }

        var file = hasFile ? Path.GetFullPath(settings.ServerPublicKeyFile!, basePath) : null;
        var subject = hasFile ? $"{path}:ServerPublicKeyFile: the file {file}" : $"{path}:ServerPublicKey";
        try
        {
            return ServerPublicKey.FromPem(file is null ? settings.ServerPublicKey! : File.ReadAllText(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{subject} cannot be read: {exception.Message}");
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException or FormatException)
        {
            problems.Add($"{subject} is not a server's public key ('-----BEGIN PUBLIC KEY-----', P-256, or RSA with 2048 to 4096 bits): {exception.Message}");
        }

        return null;
    }
}
