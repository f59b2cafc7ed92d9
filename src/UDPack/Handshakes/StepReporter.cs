using Microsoft.Extensions.Logging;
using UDPack.Protocol;

namespace UDPack.Handshakes;

/// <summary>Tells an application's observer the steps of handshakes. What the observer throws must not end the loop.</summary>
internal sealed partial class StepReporter(IProgress<HandshakeStep>? observer, ILogger logger)
{
    private bool _failed;

    public bool IsActive => observer is not null;

    public void Report(in HandshakeStep step)
    {
        try
        {
            observer?.Report(step);
        }
#pragma warning disable CA1031 // The application's code, on the loop's thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_failed)
            {
                _failed = true;
                LogObserverThrew(logger, exception);
            }
        }
    }
}
