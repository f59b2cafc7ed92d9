namespace UDPack.Tool.Pipes;

/// <summary>The session is there.</summary>
internal sealed record PipeConnectedLine(string Session, string Peer, string Cipher)
{
    public string Type => "connected";
}

/// <summary>A session of --keep-open failed.</summary>
internal sealed record PipeFailedLine(string Session, string Reason)
{
    public string Type => "failed";
}
