using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Tests.Collections;

public sealed class RingQueueTests
{
    [Fact]
    public void It_behaves_like_a_queue_with_access_by_position()
    {
        var random = new Random(1);
        var ring = default(RingQueue<int>);
        var model = new List<int>();
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    ring.Enqueue(step);
                    model.Add(step);
                    break;
                case 3 or 4:
                    Assert.Equal(model.Count > 0, ring.TryDequeue(out var item));
                    Assert.Equal(model.FirstOrDefault(), item);
                    model.RemoveRange(0, Math.Min(1, model.Count));
                    break;
                case 5 when model.Count > 0:
                    var index = random.Next(model.Count);
                    Assert.Equal(model[index], ring[index]);
                    ring[index] = model[index] = -step;
                    break;
                case 6:
                    ring.Trim();
                    break;
            }

            Assert.Equal(model.Count, ring.Count);
        }
    }

    [Fact]
    public void Positions_outside_and_the_head_of_an_empty_one_throw()
    {
        var ring = default(RingQueue<int>);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring[0]);
        Assert.Throws<ArgumentOutOfRangeException>(ring.DropHead);
        ring.Enqueue(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring[-1]);
    }
}
