namespace UDPack.Hosting;

/// <summary>The application's clients by name. Thread-safe.</summary>
public interface IUdpackClientFactory
{
    /// <summary>The lasting connection of a client; the same as <c>[FromKeyedServices("name")] UdpackConnection</c>.</summary>
    /// <param name="name">The name given to AddUdpackClient.</param>
    /// <exception cref="InvalidOperationException">There is no client of that name; the message lists those there are.</exception>
    UdpackConnection GetConnection(string name);

    /// <summary>Connects a session of its own with the client's present settings and token. It does not reconnect; the caller disposes it.</summary>
    /// <param name="name">The name given to AddUdpackClient.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvalidOperationException">There is no client of that name; the message lists those there are.</exception>
    /// <exception cref="UdpackException">As for <see cref="UdpackClient.ConnectAsync(CancellationToken)"/>.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The settings cannot be used, such as a key file that has gone.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    ValueTask<UdpackSession> ConnectAsync(string name, CancellationToken cancellationToken = default);
}
