namespace UDPack.Analyzers.Tests;

public class KeptMemoryTests
{
    [Theory]
    [InlineData("_kept = [|packet|];")]
    [InlineData("_kept = [|packet.Slice(1, 2)|];")]
    [InlineData("_kept = [|packet[1..]|];")]
    [InlineData("var rest = packet[1..]; _kept = [|rest|];")]
    [InlineData("_all.Add([|packet|]);")]
    [InlineData("_queue.Enqueue([|(session.Id, packet)|]);")]
    [InlineData("_channel.Writer.TryWrite([|packet|]);")]
    [InlineData("_ = Task.Run(() => Console.WriteLine([|packet|].Length));")]
    [InlineData("ThreadPool.QueueUserWorkItem(_ => Console.WriteLine([|packet|].Length));")]
    [InlineData("session.Items[1] = [|packet|];")]
    public Task What_outlives_the_handlers_call_is_found(string body) => Marked.VerifyAsync(new KeptMemoryAnalyzer(), OnPacket(body));

    [Theory]
    [InlineData("_kept = packet.ToArray();")]
    [InlineData("_all.Add(packet[1..].ToArray());")]
    [InlineData("var copy = packet.ToArray(); _kept = copy;")]
    [InlineData("await session.SendAsync(packet, cancellationToken);")]
    [InlineData("await Task.Run(() => Console.WriteLine(packet.Length));")]
    [InlineData("var length = packet.Length; _ = Task.Run(() => Console.WriteLine(length));")]
    [InlineData("_all.Clear(); _all.Add(_kept);")]
    [InlineData("var other = packet; other = new byte[1]; _kept = other;")]
    public Task What_is_copied_or_ends_in_time_is_not(string body) => Marked.VerifyAsync(new KeptMemoryAnalyzer(), OnPacket(body));

    [Fact]
    public Task Messages_are_lent_as_packets_are() => Marked.VerifyAsync(new KeptMemoryAnalyzer(), Marked.InHandler("""
        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) => default;
        protected override ValueTask OnDatagramAsync(UdpackSession session, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        {
            _kept = [|message|];
            return default;
        }
        public void Mine(ReadOnlyMemory<byte> memory) => _kept = memory;
        """));

    [Fact]
    public Task Callbacks_are_handlers_too() => Marked.VerifyAsync(new KeptMemoryAnalyzer(), Marked.InMethod("""
        var all = new List<ReadOnlyMemory<byte>>();
        var callbacks = new UdpackCallbacks
        {
            OnPacket = (session, packet, token) =>
            {
                all.Add([|packet|]);
                return default;
            },
        };
        Func<ReadOnlyMemory<byte>, int> mine = memory => { all.Add(memory); return 0; };
        """));

    [Theory]
    [InlineData("using var packet = await session.ReceiveAsync(token); Kept = [|packet.Memory|];")]
    [InlineData("await foreach (var packet in session.ReadAllAsync(token)) { using (packet) { Kept = [|packet.Memory[1..]|]; } }")]
    [InlineData("using (var packet = await stream.ReceiveAsync(token)) { Kept = [|packet.Memory|]; }")]
    [InlineData("var packet = await session.ReceiveAsync(token); Kept = packet.Memory; Take(packet);")]
    [InlineData("using var packet = await session.ReceiveAsync(token); Kept = packet.Memory.ToArray(); var local = packet.Memory;")]
    public Task Memory_of_a_packet_that_is_disposed_here_ends_here(string body) => Marked.VerifyAsync(new KeptMemoryAnalyzer(), Marked.InMethod(body));

    private static string OnPacket(string body) => Marked.InHandler($$"""
        protected override async ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
        {
            await Task.Yield();
            {{body}}
        }
        """);
}
