using System.Runtime;
using UDPack.Benchmarks.Processes;

namespace UDPack.Benchmarks.Peers;

/// <summary>A server under measurement, alone in its process.</summary>
internal abstract class BenchServer
{
    /// <summary>Where clients find it, and what else they must know.</summary>
    public abstract string Greeting { get; }

    /// <summary>Sessions established since the start.</summary>
    public abstract long Established { get; }

    /// <summary>Sessions that live now.</summary>
    public abstract long Alive { get; }

    /// <summary>Datagrams received and sent since the start.</summary>
    public virtual long Datagrams => 0;

    /// <summary>Shakehands that cost a private-key operation and did not open, since the start.</summary>
    public virtual long Unopened => 0;

    public static BenchServer Create(string kind) => kind switch
    {
        PeerKinds.Tls => new TlsServer(),
        _ => new UdpackServer(kind),
    };

    /// <summary>Answers: cpu → microseconds of all threads, sessions established, methods compiled; alive → sessions; unopened → shakehands; memory → managed, resident; allocated → bytes, datagrams.</summary>
    public Task<long[]> ExecuteAsync(string command) => Task.FromResult<long[]>(command switch
    {
        "cpu" => [(long)Environment.CpuUsage.TotalTime.TotalMicroseconds, Established, JitInfo.GetCompiledMethodCount()],
        "alive" => [Alive],
        "unopened" => [Unopened],
        "memory" => ProcessMemory.Measure(),
        "allocated" => [GC.GetTotalAllocatedBytes(precise: true), Datagrams],
        _ => throw new ArgumentException($"Unknown command {command}.", nameof(command)),
    });
}
