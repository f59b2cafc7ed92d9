namespace UDPack.Analyzers.Tests;

public class UndisposedPacketTests
{
    [Theory]
    [InlineData("[|await session.ReceiveAsync(token)|];")]
    [InlineData("_ = [|await stream.ReceiveAsync(token)|];")]
    [InlineData("var length = ([|await session.ReceiveAsync(token)|]).Length;")]
    [InlineData("var [|packet|] = await session.ReceiveAsync(token); Console.WriteLine(packet.Length);")]
    [InlineData("var [|packet|] = await session.ReceiveDatagramAsync(token); Kept = packet.Span.ToArray();")]
    [InlineData("if (session.TryReceive(out var [|packet|])) { Console.WriteLine(packet.Length); }")]
    [InlineData("session.TryReceive(out [|_|]);")]
    [InlineData("await foreach (var [|packet|] in session.ReadAllAsync(token)) { Console.WriteLine(packet.Length); }")]
    public Task A_packet_that_nobody_disposes_is_found(string body) => Marked.VerifyAsync(new UndisposedPacketAnalyzer(), Marked.InMethod(body));

    [Theory]
    [InlineData("using var packet = await session.ReceiveAsync(token); Console.WriteLine(packet.Length);")]
    [InlineData("using (await session.ReceiveAsync(token)) { }")]
    [InlineData("(await session.ReceiveAsync(token)).Dispose();")]
    [InlineData("var packet = await session.ReceiveAsync(token); try { Console.WriteLine(packet.Length); } finally { packet.Dispose(); }")]
    [InlineData("var packet = await session.ReceiveAsync(token); Take(packet);")]
    [InlineData("while (session.TryReceive(out var packet)) { using (packet) { Console.WriteLine(packet.Length); } }")]
    [InlineData("await foreach (var packet in stream.ReadAllAsync(token)) { using (packet) { Console.WriteLine(packet.Length); } }")]
    [InlineData("var kept = new List<UdpackPacket>(); var packet = await session.ReceiveAsync(token); kept.Add(packet);")]
    [InlineData("UdpackPacket packet; if (session.TryReceive(out packet)) { packet.Dispose(); }")]
    [InlineData("var task = session.ReceiveAsync(token); using var packet = await task;")]
    public Task One_that_is_disposed_or_given_on_is_not(string body) => Marked.VerifyAsync(new UndisposedPacketAnalyzer(), Marked.InMethod(body));
}
