using FileTransfer.Messages;
using Microsoft.Extensions.DependencyInjection;
using UDPack;
using UDPack.Hosting;

namespace FileTransfer.Client;

/// <summary>
/// Tries a request, a stream each time, until it is done. All requests share one connection, which finds the way to the server again by itself;
/// here is what must be done again because its stream is gone.
/// </summary>
internal sealed class Attempts([FromKeyedServices(ClientCommand.Name)] UdpackConnection connection, TimeProvider time)
{
    private const int MaxRefusals = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="request">Does it on a stream; called again when stream or session are lost.</param>
    /// <param name="onInterrupted">Told why, each time.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <exception cref="RefusedException">The server does not do it.</exception>
    /// <exception cref="UdpackException">The server is not to be reached any more, or refuses the token.</exception>
    public async Task RunAsync(Func<UdpackStream, Task> request, Action<string> onInterrupted, CancellationToken cancellationToken)
    {
        for (var refusals = 0; ;)
        {
            var session = await connection.GetSessionAsync(cancellationToken);
            try
            {
                await using var stream = await session.OpenStreamAsync(cancellationToken: cancellationToken);
                await request(stream);
                return;
            }
            catch (UdpackException exception) when (session.CloseReason is not null)
            {
                onInterrupted(exception.Message);
                continue;
            }
            catch (UdpackException exception) when (exception.Error == UdpackError.StreamAborted && ++refusals < MaxRefusals && !IsFinal(exception))
            {
                // The server stops, or something failed there.
                onInterrupted(exception.Message);
            }
            catch (RefusedException exception) when (exception.Again && ++refusals < MaxRefusals)
            {
                onInterrupted(exception.Message);
            }
            catch (UdpackException exception) when (exception.ApplicationCode == AbortCodes.TakenOver)
            {
                throw new RefusedException("another client uploads a file of this name now", again: false);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Receives the answer that must come now.</summary>
    /// <exception cref="RefusedException">The server says why not.</exception>
    /// <exception cref="InvalidDataException">Something else came.</exception>
    public static async Task<T> ExpectAsync<T>(UdpackStream stream, CancellationToken cancellationToken)
        where T : TransferMessage =>
        await TransferJson.ReceiveAsync(stream, cancellationToken) switch
        {
            T expected => expected,
            Refused refused => throw new RefusedException(refused.Reason, refused.Again),
            _ => throw new InvalidDataException("The server does not answer as this client expects."),
        };

    private static bool IsFinal(UdpackException exception) => exception.ApplicationCode is AbortCodes.TakenOver or AbortCodes.BadRequest;
}
