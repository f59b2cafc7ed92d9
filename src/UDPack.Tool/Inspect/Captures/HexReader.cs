using System.Buffers;
using System.Text;

namespace UDPack.Tool.Inspect.Captures;

/// <summary>
/// Datagrams as hex text, one on each line. Blanks and colons between digits are ignored, and so is everything after a #.
/// </summary>
/// <param name="start">The bytes that were read already to tell the format.</param>
/// <param name="rest">What follows them.</param>
internal sealed class HexReader(byte[] start, Stream rest, CaptureReport report)
{
    private const int MaxLineLength = 1 << 20;

    private int _taken;

    public IEnumerable<CapturedDatagram> Read()
    {
        using var reader = new StreamReader(rest, Encoding.ASCII, detectEncodingFromByteOrderMarks: false);
        var number = 0L;
        while (ReadLine(reader) is { } line)
        {
            number++;
            var comment = line.IndexOf('#', StringComparison.Ordinal);
            var digits = string.Concat((comment < 0 ? line : line[..comment]).Where(c => !char.IsWhiteSpace(c) && c != ':'));
            if (digits.Length == 0)
            {
                continue;
            }

            var bytes = new byte[digits.Length / 2];
            if (digits.Length % 2 != 0 || Convert.FromHexString(digits, bytes, out _, out _) != OperationStatus.Done)
            {
                report.Problem = $"line {number} is not hex; this is neither a capture file (pcap, pcapng) nor text with one datagram in hex on each line";
                yield break;
            }

            report.Packets++;
            yield return new CapturedDatagram(number, null, null, null, bytes, bytes.Length);
        }
    }

    /// <summary>A line, cut where it is too long to be a datagram: a file of something else may have no lines at all.</summary>
    private string? ReadLine(StreamReader reader)
    {
        var line = new StringBuilder();
        int c;
        while ((c = ReadCharacter(reader)) >= 0 && c != '\n' && line.Length < MaxLineLength)
        {
            line.Append((char)c);
        }

        return c < 0 && line.Length == 0 ? null : line.ToString();
    }

    private int ReadCharacter(StreamReader reader) => _taken < start.Length ? start[_taken++] : reader.Read();
}
