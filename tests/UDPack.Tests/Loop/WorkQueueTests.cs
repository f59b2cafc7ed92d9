using UDPack.Loop;
using UDPack.Tests.Network;

namespace UDPack.Tests.Loop;

public class WorkQueueTests
{
    [Fact]
    public void Gives_what_was_pushed_in_order_and_is_empty_then()
    {
        var queue = default(WorkQueue);
        Assert.True(queue.IsEmpty);
        Assert.Null(queue.TakeAll());

        var work = Enumerable.Range(0, 5).Select(i => new Numbered(0, i)).ToArray();
        foreach (var item in work)
        {
            queue.Push(item);
        }

        Assert.False(queue.IsEmpty);
        Assert.Equal(work, Taken(ref queue));
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task Many_producers_lose_nothing_and_each_keeps_its_order()
    {
        const int producers = 6;
        const int each = 20_000;
        var queue = new Box();
        var producing = Task.WhenAll(Enumerable.Range(0, producers).Select(producer => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
            {
                queue.Queue.Push(new Numbered(producer, i));
            }
        })));

        var next = new int[producers];
        while (true)
        {
            var done = producing.IsCompleted;
            foreach (var item in Taken(ref queue.Queue))
            {
                Assert.Equal(next[item.Producer]++, item.Number);
            }

            if (done)
            {
                break;
            }
        }

        await producing.Soon();
        Assert.All(next, count => Assert.Equal(each, count));
    }

    private static List<Numbered> Taken(ref WorkQueue queue)
    {
        var taken = new List<Numbered>();
        for (var work = queue.TakeAll(); work is not null; work = work.NextWork)
        {
            taken.Add((Numbered)work);
        }

        return taken;
    }

    private sealed class Box
    {
        public WorkQueue Queue;
    }

    private sealed class Numbered(int producer, int number) : LoopWork
    {
        public int Producer => producer;

        public int Number => number;

        public override void Run(long now)
        {
        }
    }
}
