namespace UDPack.Testing.Tests;

/// <summary>
/// Tests that nothing else may run beside: whole hosts with many sessions, to which other tests in the thread pool are work
/// that a network has to wait for at each step, and what is measured in real time.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
