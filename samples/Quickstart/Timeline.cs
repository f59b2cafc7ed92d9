using System.Collections.Concurrent;
using System.Diagnostics;
using UDPack;

namespace Quickstart;

/// <summary>Collects the handshake steps of both sides on one clock and prints them as a table.</summary>
internal sealed class Timeline
{
    private readonly ConcurrentQueue<(long At, bool IsServer, HandshakeStep Step)> _steps = new();

    public Timeline()
    {
        Client = new Side(this, isServer: false);
        Server = new Side(this, isServer: true);
    }

    public IProgress<HandshakeStep> Client { get; }

    public IProgress<HandshakeStep> Server { get; }

    public void Clear() => _steps.Clear();

    public void Print()
    {
        Story.Line($"{"time",10}  {"side",-6}  {"does",-8}  {"frame",-29}  {"bytes",5}  {"session id",-10}  state");
        var steps = _steps.OrderBy(static entry => entry.At).ToList();
        foreach (var (at, isServer, step) in steps)
        {
            var (verb, frame) = Describe(isServer, step);
            var time = Stopwatch.GetElapsedTime(steps[0].At, at).TotalMilliseconds;
            var bytes = step.Bytes > 0 ? $"{step.Bytes}" : "";
            var id = $"{step.SessionId >> 16:x4} {(step.SessionId & 0xffff) switch { 0 => "....", var half => $"{half:x4}" }}";
            Story.Line($"{time,7:0.00} ms  {(isServer ? "server" : "client"),-6}  {verb,-8}  {frame,-29}  {bytes,5}  {id,-10}  {step.State.ToString().ToUpperInvariant()}");
        }
    }

    private static (string Verb, string Frame) Describe(bool isServer, HandshakeStep step) => step.Kind switch
    {
        HandshakeStepKind.Shakehand => (isServer ? "receives" : "sends", $"shakehand (0xA){(step.Attempt > 1 ? $", attempt {step.Attempt}" : "")}"),
        HandshakeStepKind.Retry => (isServer ? "sends" : "receives", "retry (0xD)"),
        HandshakeStepKind.Reply => (isServer ? "sends" : "receives", "handshake (0xB), code 0"),
        HandshakeStepKind.Confirmation => (isServer ? "receives" : "sends", "confirmation (0xB), code 0"),
        HandshakeStepKind.Refusal => (isServer ? "sends" : "receives", "handshake (0xB), code 1"),
        _ => ("gives up", "no answer"),
    };

    private sealed class Side(Timeline timeline, bool isServer) : IProgress<HandshakeStep>
    {
        public void Report(HandshakeStep value) => timeline._steps.Enqueue((Stopwatch.GetTimestamp(), isServer, value));
    }
}
