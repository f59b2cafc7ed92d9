using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using SocksProxy.Socks;

namespace SocksProxy.Exit;

/// <summary>Connects to targets that the policy allows, and says in SOCKS's words why it could not.</summary>
internal sealed class TargetConnector(TargetPolicy policy, IOptions<ExitOptions> options)
{
    /// <summary>The socket is there with <see cref="SocksReply.Succeeded"/> only, and is the caller's.</summary>
    public async Task<(SocksReply Reply, Socket? Socket)> ConnectAsync(Target target, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.ConnectTimeout);
        IPAddress[] addresses;
        try
        {
            addresses = target.Address is { } address ? [address] : await Dns.GetHostAddressesAsync(target.Host, patience.Token);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return (SocksReply.HostUnreachable, null);
        }

        // The addresses count, not the name: a name can point anywhere, and elsewhere the next time.
        IPAddress[] allowed = [.. addresses.Where(address => policy.Allows(target, address))];
        try
        {
            return allowed is [] ? (SocksReply.NotAllowed, null) : await ConnectAsync(allowed, target.Port, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (SocksReply.TtlExpired, null);
        }
    }

    private static async Task<(SocksReply Reply, Socket? Socket)> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var reply = SocksReply.GeneralFailure;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
                return (SocksReply.Succeeded, socket);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                reply = ReplyFor(exception.SocketErrorCode);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        return (reply, null);
    }

    private static SocksReply ReplyFor(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => SocksReply.ConnectionRefused,
        SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.AddressNotAvailable => SocksReply.NetworkUnreachable,
        SocketError.HostUnreachable or SocketError.HostDown or SocketError.HostNotFound => SocksReply.HostUnreachable,
        SocketError.TimedOut => SocksReply.TtlExpired,
        SocketError.AddressFamilyNotSupported => SocksReply.AddressTypeNotSupported,
        _ => SocksReply.GeneralFailure,
    };
}
