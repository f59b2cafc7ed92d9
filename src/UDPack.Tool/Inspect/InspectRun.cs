using UDPack.Tool.Inspect.Captures;
using UDPack.Tool.Inspect.Decoding;
using UDPack.Tool.Inspect.Reports;

namespace UDPack.Tool.Inspect;

/// <summary>Reads a capture, decodes it and writes the report.</summary>
internal sealed class InspectRun(int? port, bool withHex, TextWriter output, TextWriter error)
{
    private long _shown;
    private long _others;
    private long _undecrypted;

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public int Run(string file, IReadOnlyList<string> keyLogs, bool asJson)
    {
        using var secrets = new KeyLogFile();
        try
        {
            foreach (var path in keyLogs)
            {
                using var log = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
                secrets.Add(log);
            }

            using var stream = file == "-"
                ? Console.OpenStandardInput()
                : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Run(stream, secrets, keyLogs.Count > 0, asJson ? new JsonReport(output) : new TextReport(new ReportLines(output), withHex));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error.WriteLine($"{exception.Message}");
            return ExitCodes.Failed;
        }
    }

    private int Run(Stream stream, KeyLogFile secrets, bool hasKeyLog, IReport report)
    {
        var capture = new CaptureReport();
        var decoder = new DatagramDecoder(secrets, port);
        foreach (var captured in CaptureFile.Read(stream, capture))
        {
            if (!IsWanted(captured))
            {
                _others++;
                continue;
            }

            var datagram = decoder.Decode(captured);
            _undecrypted += datagram.State == States.Encrypted ? 1 : 0;
            _shown++;
            report.Write(withHex ? datagram with { Hex = Convert.ToHexStringLower(datagram.Bytes) } : datagram);
        }

        WriteRemarks(capture, secrets, hasKeyLog);
        return capture.Problem is null ? ExitCodes.Success : ExitCodes.Failed;
    }

    /// <summary>Hex text is what the caller chose; in captures there is other traffic.</summary>
    private bool IsWanted(CapturedDatagram datagram) => datagram.Source is null
        || (port is { } wanted ? datagram.Source.Port == wanted || datagram.Destination!.Port == wanted : DatagramDecoder.LooksLikeUdpack(datagram.Payload));

    private void WriteRemarks(CaptureReport capture, KeyLogFile secrets, bool hasKeyLog)
    {
        Remark(_others, "other UDP datagrams left out");
        Remark(capture.NotUdp, "packets that are not UDP over IP left out");
        Remark(capture.Fragments, "IP fragments left out: they are not put together");
        Remark(capture.UnknownLink, "packets left out whose link layer is not supported");
        Remark(secrets.UnknownLines, "lines of the key log not understood");
        if (hasKeyLog)
        {
            Remark(_undecrypted, "datagrams could not be decrypted with the key log");
        }

        if (_shown == 0)
        {
            error.WriteLine("No datagrams found.");
        }

        if (capture.Problem is { } problem)
        {
            error.WriteLine($"Not all was read: {problem}.");
        }
    }

    private void Remark(long count, string text)
    {
        if (count > 0)
        {
            error.WriteLine($"{count:N0} {text}.");
        }
    }
}
