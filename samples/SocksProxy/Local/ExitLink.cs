using Microsoft.Extensions.DependencyInjection;
using SocksProxy.Socks;
using UDPack;
using UDPack.Hosting;

namespace SocksProxy.Local;

/// <summary>The way to the exit: one connection, which comes back by itself when it is lost, and in it a stream for each of ours.</summary>
internal sealed class ExitLink([FromKeyedServices(ExitLink.Name)] UdpackConnection connection)
{
    /// <summary>The client's name in the configuration: Udpack:Clients:exit.</summary>
    public const string Name = "exit";

    /// <summary>Asks the exit for a connection; waits while there is no session. With <see cref="SocksReply.Succeeded"/> there is a stream, which is the caller's.</summary>
    public async Task<(SocksReply Reply, UdpackStream? Stream)> OpenAsync(Target target, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(target, cancellationToken);
        }
        catch (UdpackException exception) when (exception.Error is not UdpackError.StreamAborted)
        {
            // The session was lost, such as by a restart of the exit. Nothing of the connection was under way, so ask again: in the next session.
            return await AskAsync(target, cancellationToken);
        }
    }

    private async Task<(SocksReply Reply, UdpackStream? Stream)> AskAsync(Target target, CancellationToken cancellationToken)
    {
        var stream = await connection.OpenStreamAsync(cancellationToken: cancellationToken);
        try
        {
            await stream.SendAsync(target.ToBytes(), cancellationToken);
            using var answer = await stream.ReceiveAsync(cancellationToken);
            var reply = answer.Length == 1 ? (SocksReply)answer.Span[0] : SocksReply.GeneralFailure;
            if (reply == SocksReply.Succeeded)
            {
                return (reply, stream);
            }

            stream.Abort();
            return (reply, null);
        }
        catch
        {
            stream.Abort();
            throw;
        }
    }
}
