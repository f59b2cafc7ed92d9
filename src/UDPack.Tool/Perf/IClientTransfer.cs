using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf;

/// <summary>The client's part of a measurement, on streams or with unreliable messages.</summary>
internal interface IClientTransfer : IAsyncDisposable
{
    /// <summary>Sends all there is to send, and receives what has a known end.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Receives what may still be on its way, now that the server has told what it sent.</summary>
    Task SettleAsync(PerfResult result, CancellationToken cancellationToken);

    /// <summary>Whether the server got what was sent.</summary>
    bool IsUpVerified(PerfResult result);

    /// <summary>Whether what the server sent has arrived.</summary>
    bool IsDownVerified(PerfResult result);

    /// <summary>Whether echoes came back as they were sent.</summary>
    bool IsEchoVerified(PerfResult result);
}
