using System.Collections.Concurrent;
using System.Diagnostics;
using UDPack.Protocol;

namespace Quickstart;

/// <summary>Collects the handshake steps of both sides on one clock.</summary>
internal sealed class Timeline
{
    private readonly ConcurrentQueue<(TimeSpan At, bool IsServer, HandshakeStep Step)> _steps = new();
    private long _start = Stopwatch.GetTimestamp();

    public Timeline()
    {
        Client = new Side(this, isServer: false);
        Server = new Side(this, isServer: true);
    }

    public IProgress<HandshakeStep> Client { get; }

    public IProgress<HandshakeStep> Server { get; }

    public void Restart()
    {
        _steps.Clear();
        _start = Stopwatch.GetTimestamp();
    }

    public void Print()
    {
        foreach (var (at, isServer, step) in _steps.OrderBy(static entry => entry.At))
        {
            var frame = step.Kind switch
            {
                HandshakeStepKind.Shakehand => $"shakehand 0xA{(isServer ? " received" : step.Attempt > 1 ? $", try {step.Attempt}" : "")}",
                HandshakeStepKind.Reply => $"handshake 0xB, code 0{(isServer ? "" : " received")}",
                HandshakeStepKind.Confirmation => $"handshake 0xB, code 0{(isServer ? " received" : "")}",
                HandshakeStepKind.Refusal => $"handshake 0xB, code 1{(isServer ? "" : " received")}",
                HandshakeStepKind.Retry => "retry 0xD",
                _ => "no answer",
            };
            var state = step.State.ToString().ToUpperInvariant();
            Story.Line($"{at.TotalMilliseconds,6:0.00} ms  {(isServer ? "server" : "client")}  {frame,-28} {step.SessionId >> 16:x4} {step.SessionId & 0xffff:x4}   {state,-6}{(step.Bytes > 0 ? $" {step.Bytes,4} bytes" : "")}");
        }
    }

    private sealed class Side(Timeline timeline, bool isServer) : IProgress<HandshakeStep>
    {
        public void Report(HandshakeStep value) =>
            timeline._steps.Enqueue((Stopwatch.GetElapsedTime(timeline._start), isServer, value));
    }
}
