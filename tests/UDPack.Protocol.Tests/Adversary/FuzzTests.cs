using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Mutations of real datagrams and plain noise, into both sides of live sessions.</summary>
public sealed class FuzzTests
{
    private const int Mutations = 75_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_input_throws_or_disturbs_a_live_session(int seed)
    {
        var random = new Random(seed);
        var pair = new Pair(seed);
        var (client, server) = pair.Establish();
        pair.Echo(client, server);
        var refusing = new Pair(seed) { Validator = static _ => HandshakeRejection.TokenRefused };
        refusing.Connect();
        refusing.Run(Pair.Second);
        var corpus = pair.Trace.Concat(refusing.Trace).Select(static d => d.Content).ToArray();
        for (var i = 0; i < Mutations; i++)
        {
            var datagram = Mutate(random, corpus, client.Session.Id);
            if (random.Next(2) == 0)
            {
                pair.Server.OnDatagram(pair.Now, random.Next(2) == 0 ? Pair.ClientAddress : Shakehands.Address(random.Next(10)), datagram);
            }
            else
            {
                pair.Client.OnDatagram(pair.Now, Pair.ServerAddress, datagram);
            }

            if (i % 200 == 0)
            {
                pair.Run(20_000);
            }

            if (i % 5_000 == 0)
            {
                pair.Echo(client, server);
            }
        }

        Assert.Null(client.End);
        Assert.Null(server.End);
        Assert.InRange(pair.Server.PendingCount, 0, pair.Options.MaxPending);
        pair.Echo(client, server);
        pair.EndAll();
    }

    private static byte[] Mutate(Random random, byte[][] corpus, uint sessionId)
    {
        var datagram = corpus[random.Next(corpus.Length)].ToArray();
        switch (random.Next(6))
        {
            case 0:
                random.NextBytes(datagram);
                break;
            case 1:
                datagram = datagram[..random.Next(datagram.Length)];
                break;
            case 2:
                datagram = [.. datagram, .. new byte[random.Next(1, 60)]];
                break;
            case 3:
                // A header of a live session and any content.
                random.NextBytes(datagram.AsSpan(4));
                datagram[12] = (byte)(random.Next(2) == 0 ? 0 : datagram[12] & 0xE3);
                datagram[13] &= 0x0F;
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(datagram, sessionId);
                break;
        }

        for (var flips = random.Next(4); flips > 0 && datagram.Length > 0; flips--)
        {
            datagram[random.Next(Math.Min(datagram.Length, random.Next(2) == 0 ? 20 : 2000))] ^= (byte)(1 << random.Next(8));
        }

        return datagram;
    }
}
