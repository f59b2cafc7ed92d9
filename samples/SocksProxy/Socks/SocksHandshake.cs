using System.Security.Cryptography;
using System.Text;

namespace SocksProxy.Socks;

/// <summary>The server's side of SOCKS 5: RFC 1928, with the passwords of RFC 1929.</summary>
/// <param name="user">The user to ask for; empty: nobody is asked.</param>
/// <param name="password">That user's password.</param>
internal sealed class SocksHandshake(string user, string password)
{
    private const byte Version = 5;
    private const byte PasswordVersion = 1;
    private const byte NoAuthentication = 0;
    private const byte UserAndPassword = 2;
    private const byte NoMethod = 0xff;
    private const byte Connect = 1;

    /// <summary>Reads what the client wants. Null if that is not to be had; the client has been told.</summary>
    /// <exception cref="IOException">The connection broke, or the client does not speak SOCKS 5.</exception>
    public async Task<Target?> AcceptAsync(Stream client, CancellationToken cancellationToken)
    {
        if (!await AgreeOnMethodAsync(client, cancellationToken))
        {
            return null;
        }

        // VER CMD RSV ATYP, and the first byte of the address: a name's length.
        var head = await ReadAsync(client, 5, cancellationToken);
        CheckVersion(head[0], Version);
        if (Target.AddressBytes(head[3], head[4]) is not { } length)
        {
            await ReplyAsync(client, SocksReply.AddressTypeNotSupported, cancellationToken);
            return null;
        }

        byte[] target = [head[3], head[4], .. await ReadAsync(client, length - 1 + sizeof(ushort), cancellationToken)];
        if (head[1] != Connect)
        {
            await ReplyAsync(client, SocksReply.CommandNotSupported, cancellationToken);
            return null;
        }

        if (Target.Parse(target) is not { } parsed)
        {
            await ReplyAsync(client, SocksReply.GeneralFailure, cancellationToken);
            return null;
        }

        return parsed;
    }

    /// <summary>Tells the client how its request went. The address the exit connected from is nobody's business: it is always 0.0.0.0:0.</summary>
    public static ValueTask ReplyAsync(Stream client, SocksReply reply, CancellationToken cancellationToken) =>
        client.WriteAsync(new byte[] { Version, (byte)reply, 0, 1, 0, 0, 0, 0, 0, 0 }, cancellationToken);

    private async Task<bool> AgreeOnMethodAsync(Stream client, CancellationToken cancellationToken)
    {
        var greeting = await ReadAsync(client, 2, cancellationToken);
        CheckVersion(greeting[0], Version);
        var offered = await ReadAsync(client, greeting[1], cancellationToken);
        var wanted = user is "" ? NoAuthentication : UserAndPassword;
        if (!offered.Contains(wanted))
        {
            await client.WriteAsync(new byte[] { Version, NoMethod }, cancellationToken);
            return false;
        }

        await client.WriteAsync(new byte[] { Version, wanted }, cancellationToken);
        return wanted == NoAuthentication || await CheckPasswordAsync(client, cancellationToken);
    }

    private async Task<bool> CheckPasswordAsync(Stream client, CancellationToken cancellationToken)
    {
        var head = await ReadAsync(client, 2, cancellationToken);
        CheckVersion(head[0], PasswordVersion);
        var name = await ReadAsync(client, head[1], cancellationToken);
        var length = await ReadAsync(client, 1, cancellationToken);
        var secret = await ReadAsync(client, length[0], cancellationToken);

        // Both are compared in any case, so that the time says nothing about which one is wrong.
        var isRight = IsSame(name, user) & IsSame(secret, password);
        await client.WriteAsync(new[] { PasswordVersion, (byte)(isRight ? 0 : 1) }, cancellationToken);
        return isRight;
    }

    private static bool IsSame(byte[] given, string expected) => CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(expected));

    private static void CheckVersion(byte version, byte expected)
    {
        if (version != expected)
        {
            throw new InvalidDataException($"A client speaks version {version} instead of {expected}.");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream client, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await client.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
