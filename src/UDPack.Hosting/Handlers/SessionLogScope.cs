using System.Collections;
using System.Globalization;

namespace UDPack.Hosting.Handlers;

/// <summary>What every log line of a handler carries: its endpoint and session.</summary>
internal sealed class SessionLogScope(string endpoint, uint sessionId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 2;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Endpoint", endpoint),
        1 => new("SessionId", Id),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    private string Id => sessionId.ToString("x8", CultureInfo.InvariantCulture);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"Endpoint:{endpoint} SessionId:{Id}";
}
