namespace UDPack.Protocol.Tests.Docs;

/// <summary>The drawing in docs/protocol.md is the table that the code follows. With UDPACK_UPDATE_DOCS=1 the document is written.</summary>
public sealed class StreamStateDrawingTests
{
    [Fact]
    public void The_document_shows_the_states_of_streams_as_they_are()
    {
        var path = Path.Combine(HexDocument.Root(), "docs", "protocol.md");
        var document = File.ReadAllText(path);
        var begin = document.IndexOf(StreamStateDrawing.Begin, StringComparison.Ordinal);
        var end = document.IndexOf(StreamStateDrawing.End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{path} has no place for the drawing.");
        end += StreamStateDrawing.End.Length;
        if (Environment.GetEnvironmentVariable("UDPACK_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, document[..begin] + StreamStateDrawing.Draw() + document[end..]);
            return;
        }

        Assert.Equal(StreamStateDrawing.Draw(), document[begin..end]);
    }
}
